import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { ChartHead } from '../clinic/ChartHead'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, colleaguesQuery, teamQuery, type Colleague, type TeamMember, type TeamRole } from './calls'
import css from './care.module.css'
import { Field, LineField } from './Field'
import { TeamLine } from './TeamLine'
import { TeamPools } from './TeamPools'

/** A care team: who is in it, who was; and for who may, the way to add somebody and to end a membership. */
export function TeamPage() {
  const { t } = useWords()
  const { patient } = useParams({ from: '/gate/clinic/team/$patient' })
  usePageTitle(t('care.team'))
  return (
    <div>
      <ChartHead patient={patient} back="chart" />
      <div className={css.page}>
        <div>
          <h1>{t('care.team')}</h1>
          <p className="dim">{t('care.teamLead')}</p>
        </div>
        <TeamEditor patient={patient} />
      </div>
    </div>
  )
}

export function TeamEditor({ patient }: { patient: string }) {
  const roles = useMe().account.roles ?? []
  const team = useQuery(teamQuery(patient))
  if (team.error && !team.data) return <LoadError error={team.error} onRetry={() => void team.refetch()} />
  if (!team.data) return <Skeleton heights={[120, 200]} />
  return (
    <>
      <Members patient={patient} items={team.data.items} />
      <TeamPools patient={patient} />
      {(roles.includes('admin') || roles.includes('clinician')) && <AddForm patient={patient} />}
    </>
  )
}

function Members({ patient, items }: { patient: string; items: TeamMember[] }) {
  const { t } = useWords()
  const now = items.filter(({ state }) => state !== 'past')
  const past = items.filter(({ state }) => state === 'past')
  return (
    <section aria-labelledby="team-now" className={css.section}>
      <h2 id="team-now">{t('care.teamNow')}</h2>
      {now.length === 0 ? <p className="dim">{t('care.teamNone')}</p> : <Card rows>{now.map((one) => <MemberRow key={one.account} patient={patient} one={one} />)}</Card>}
      {past.length > 0 && (
        <details className={css.case}>
          <summary>{t('care.past')} ({past.length})</summary>
          <Card rows>{past.map((one) => <TeamLine key={one.account + one.from} member={one} />)}</Card>
        </details>
      )}
    </section>
  )
}

function MemberRow({ patient, one }: { patient: string; one: TeamMember }) {
  const { t } = useWords()
  const text = useErrorText()
  const me = useMe()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const may = me.account.roles?.includes('admin') || one.account === me.account.id
  const end = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/charts/{patient}/team/{account}', { params: { path: { patient, account: one.account } } }))),
    onSuccess: () => queries.invalidateQueries({ queryKey: teamQuery(patient).queryKey }),
  })
  return (
    <TeamLine member={one}>
      {end.error && <p role="alert" className={css.error}>{text(end.error)}</p>}
      {may && <Button variant="quiet-danger" loading={end.isPending} onClick={() => end.mutate()}>{one.account === me.account.id ? t('care.leave') : t('care.endFor', { name: one.name })}</Button>}
      {stepUp.dialog}
    </TeamLine>
  )
}

/** A day as the reader means it: its beginning where they are. */
const dayStart = (day: string): string => new Date(`${day}T00:00`).toISOString()
const dayEnd = (day: string): string => new Date(`${day}T23:59:59`).toISOString()

function AddForm({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const colleagues = useQuery(colleaguesQuery)
  const [account, setAccount] = useState('')
  const [wanted, setRole] = useState<TeamRole>()
  const [from, setFrom] = useState('')
  const [until, setUntil] = useState('')
  const [missing, setMissing] = useState(false)
  const picked: Colleague | undefined = colleagues.data?.items.find((one) => one.account === account)
  const role = wanted && picked?.roles.includes(wanted) ? wanted : picked?.roles[0]
  const add = useMutation({
    mutationFn: (as: TeamRole) => stepUp.run(() => take(api.POST('/charts/{patient}/team', { params: { path: { patient } }, body: { account, role: as, ...(from && { from: dayStart(from) }), ...(until && { until: dayEnd(until) }) } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return undefined
      setAccount('')
      return queries.invalidateQueries({ queryKey: teamQuery(patient).queryKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!role)
    if (role) add.mutate(role)
  }
  return (
    <section aria-labelledby="team-add" className={css.section}>
      <h2 id="team-add">{t('care.add')}</h2>
      {add.isSuccess && add.data !== 'cancelled' && !account && <Said>{t('care.added')}</Said>}
      <form className={css.form} onSubmit={submit} noValidate>
        {add.error && <p role="alert" className={css.error}>{text(add.error)}</p>}
        <Field label={t('care.colleague')} error={missing ? t('care.colleagueMissing') : undefined}>
          {(ids) => (
            <select {...ids} value={account} onChange={(event) => setAccount(event.target.value)}>
              <option value="">{t('care.choose')}</option>
              {colleagues.data?.items.map((one) => <option key={one.account} value={one.account}>{one.name}, {one.roles.map((as) => t(`role.${as}`)).join(', ')}</option>)}
            </select>
          )}
        </Field>
        {picked && picked.roles.length > 1 && (
          <Field label={t('care.as')}>
            {(ids) => <select {...ids} value={role} onChange={(event) => setRole(event.target.value as TeamRole)}>{picked.roles.map((as) => <option key={as} value={as}>{t(`role.${as}`)}</option>)}</select>}
          </Field>
        )}
        <LineField label={t('care.begin')} hint={t('care.beginHint')} type="date" value={from} onValue={setFrom} />
        <LineField label={t('care.end')} hint={t('care.endHint')} type="date" value={until} onValue={setUntil} />
        <div className={css.acts}><Button type="submit" loading={add.isPending}>{t('care.addGo')}</Button></div>
      </form>
      {stepUp.dialog}
    </section>
  )
}
