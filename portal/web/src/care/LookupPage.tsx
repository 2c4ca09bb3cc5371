import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { api, type Found } from './calls'
import css from './care.module.css'
import { LineField } from './Field'
import { TeamEditor } from './TeamPage'
import { GlassDialog } from './GlassDialog'

/** Finds one person whom the reader does not care for: described exactly, or not at all. */
export function LookupPage() {
  const { t } = useWords()
  usePageTitle(t('care.lookup'))
  const text = useErrorText()
  const stepUp = useStepUp()
  const roles = useMe().account.roles ?? []
  const treats = roles.includes('clinician') || roles.includes('nurse')
  const [name, setName] = useState('')
  const [birthDate, setBirthDate] = useState('')
  const [number, setNumber] = useState('')
  const [missing, setMissing] = useState(false)
  const look = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/clinic/lookup', { body: number.trim() ? { number: number.trim() } : { name: name.trim(), birthDate } }))),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const short = !number.trim() && (!name.trim() || !birthDate)
    setMissing(short)
    if (!short) look.mutate()
  }
  const found = look.data && look.data !== 'cancelled' ? look.data.items : undefined
  return (
    <div className={css.page}>
      <div>
        <h1>{t('care.lookup')}</h1>
        <p className="dim">{treats ? t('care.lookupLead') : t('care.lookupAdmin')}</p>
      </div>
      <form className={css.form} onSubmit={submit} noValidate>
        {look.error && <ErrorSummary errors={[{ message: text(look.error) }]} />}
        <LineField label={t('care.name')} hint={t('care.nameHint')} error={missing ? t('care.missing') : undefined} value={name} maxLength={200} onValue={setName} />
        <LineField label={t('care.born')} type="date" value={birthDate} onValue={setBirthDate} />
        <p className={css.or}>{t('care.or')}</p>
        <LineField label={t('care.number')} value={number} maxLength={64} onValue={setNumber} />
        <div className={css.acts}><Button type="submit" icon="search" loading={look.isPending}>{t('care.find')}</Button></div>
      </form>
      <section aria-label={t('care.found')} aria-live="polite" className={css.section}>
        {found?.length === 0 && <p>{t('care.foundNone')}</p>}
        {found && found.length > 0 && <Card rows>{found.map((one) => <FoundRow key={one.patient} one={one} roles={roles} />)}</Card>}
      </section>
      {stepUp.dialog}
    </div>
  )
}

function FoundRow({ one, roles }: { one: Found; roles: readonly string[] }) {
  const { t, locale } = useWords()
  const [asking, setAsking] = useState(false)
  const [team, setTeam] = useState(false)
  const treats = roles.includes('clinician') || roles.includes('nurse')
  return (
    <div className={css.line}>
      <Face name={one.name} size="s" />
      <div className="grow">
        <b>{one.name}</b>
        <p className="dim">{[t('clinic.identity', { date: longDate(one.birthDate, locale) }), one.sex && t(`sex.${one.sex as 'female'}`, { defaultValue: one.sex })].filter(Boolean).join(', ')}</p>
      </div>
      {roles.includes('admin') && <Button variant="default" aria-expanded={team} onClick={() => setTeam(!team)}>{t('care.team')}</Button>}
      {roles.includes('admin') && <LinkButton variant="default" to="/clinic/blocks/$patient" params={{ patient: one.patient }}>{t('care.papers')}</LinkButton>}
      {one.open ? <Link to="/clinic/p/$patient" params={{ patient: one.patient }}>{t('care.open')}</Link>
        : treats && <Button variant="default" icon="key" onClick={() => setAsking(true)}>{t('care.breakGlass')}</Button>}
      {team && <div className={css.whole}><TeamEditor patient={one.patient} /></div>}
      {treats && <GlassDialog patient={one.patient} name={one.name} opened={asking} onClose={() => setAsking(false)} />}
    </div>
  )
}
