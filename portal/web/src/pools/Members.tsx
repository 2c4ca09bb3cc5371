import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { Field } from '../care/Field'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, colleaguesQuery, membersQuery, poolsKey, type Role } from './calls'
import css from './pools.module.css'

interface Joining { account: string; role: Role; lead?: boolean }

/** Who is in a pool. By it they see the patients to whose care teams it is joined. */
export function Members({ pool }: { pool: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const members = useQuery(membersQuery(pool))
  const colleagues = useQuery(colleaguesQuery).data?.items ?? []
  const [who, setWho] = useState('')
  const again = () => queries.invalidateQueries({ queryKey: poolsKey })
  const add = useMutation({
    mutationFn: ({ account, role, lead = false }: Joining) => stepUp.run(() => take(api.POST('/clinic/pools/{pool}/members', { params: { path: { pool } }, body: { account, role, lead } }))),
    onSuccess: () => { setWho(''); void again() },
  })
  const end = useMutation({
    mutationFn: (account: string) => stepUp.run(() => take(api.DELETE('/clinic/pools/{pool}/members/{account}', { params: { path: { pool, account } } }))),
    onSuccess: again,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const [account = '', role = 'nurse'] = who.split(' ')
    if (account) add.mutate({ account, role: role as Role })
  }
  return (
    <SectionCard title={t('pools.who')}>
      {(add.error ?? end.error) && <ErrorSummary errors={[{ message: text(add.error ?? end.error) }]} />}
      <p className="dim">{t('pools.whoText')} {t('pools.leadText')}</p>
      {members.error ? <LoadError error={members.error} onRetry={() => void members.refetch()} /> : !members.data ? <Skeleton heights={[48]} /> : (
        <ul className={css.members}>
          {members.data.items.map((one) => (
            <li key={one.account}><span><b>{one.name}</b> <span className="meta">{[t(`pools.role.${one.role}`), one.lead && t('pools.leads'), one.out && t('pools.isOut')].filter(Boolean).join(', ')}</span></span><span className={css.acts}><Button variant="subtle" loading={add.isPending} onClick={() => add.mutate({ account: one.account, role: one.role, lead: !one.lead })}>{t(one.lead ? 'pools.endLead' : 'pools.makeLead', { name: one.name })}</Button><Button variant="quiet-danger" loading={end.isPending} onClick={() => end.mutate(one.account)}>{t('pools.remove', { name: one.name })}</Button></span></li>
          ))}
          {members.data.items.length === 0 && <li className="dim">{t('pools.nobody')}</li>}
        </ul>
      )}
      <form className={css.form} onSubmit={submit}>
        <Field label={t('pools.add')}>
          {(ids) => (
            <select {...ids} value={who} onChange={(event) => setWho(event.target.value)}>
              <option value="">{t('pools.choose')}</option>
              {colleagues.flatMap((one) => one.roles.map((role) => <option key={one.account + role} value={`${one.account} ${role}`}>{one.name}, {t(`pools.role.${role}`)}</option>))}
            </select>
          )}
        </Field>
        <div><Button type="submit" variant="default" loading={add.isPending}>{t('pools.addGo')}</Button></div>
      </form>
      {stepUp.dialog}
    </SectionCard>
  )
}
