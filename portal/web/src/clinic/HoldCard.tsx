import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import type { EntryDetail } from '../api/types'
import { longDate } from '../format/date'
import { splitRef } from '../format/entry'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { api, worklistKey } from '../worklist/calls'
import css from './acts.module.css'

const dayMs = 86_400_000
const usualDays = 7
const mostDays = 180
/** A day as a date field writes it, in the reader's own zone. */
const dayField = (at: number): string => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
const endOf = (day: string): string => new Date(`${day}T23:59:59`).toISOString()

/** The way to hold something back from the patient that would harm them to read alone. */
export function HoldCard({ patient, detail }: { patient: string; detail: EntryDetail }) {
  const { t } = useWords()
  const [asking, setAsking] = useState(false)
  const doctor = useMe().account.roles.includes('clinician')
  const { entry, held } = detail
  if (!doctor || held || (entry.section !== 'results' && entry.section !== 'documents')) return null
  return asking ? <HoldForm patient={patient} reference={entry.ref} onEnd={() => setAsking(false)} />
    : <Button variant="default" icon="lock" onClick={() => setAsking(true)}>{t('hold.ask')}</Button>
}

function useChange(patient: string, act: () => Promise<unknown>, onDone?: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: onDone,
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: chartKey(patient) }), queries.invalidateQueries({ queryKey: worklistKey })]),
  })
}

/** That the patient does not see this yet: who holds it back or that they asked for it, why and until when, and one press to let go. */
export function HeldLine({ patient, detail: { entry, held } }: { patient: string; detail: EntryDetail }) {
  return held ? <Held patient={patient} reference={entry.ref} held={held} /> : null
}

function Held({ patient, reference, held }: { patient: string; reference: string; held: NonNullable<EntryDetail['held']> }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const { type, id } = splitRef(reference)
  const release = useChange(patient, () => take(api.POST('/charts/{patient}/entries/{type}/{id}/release', { params: { path: { patient, type, id } } })))
  const until = longDate(held.until, locale, clock.zone)
  return (
    <section className={css.held} aria-label={t('hold.title')}>
      <Icon name="lock" size={20} />
      <div className="grow">
        <h2>{t('hold.title')}</h2>
        <p>{held.harm ? (held.by ? t('hold.harmBy', { name: held.by, date: until }) : t('hold.harm', { date: until })) : t('hold.wish', { date: until })}</p>
        {held.reason && <p className="dim">{t('hold.because', { text: held.reason })}</p>}
        {release.error && <p role="alert" className={css.error}>{text(release.error)}</p>}
      </div>
      <Button loading={release.isPending} icon="eye" onClick={() => release.mutate()}>{t('hold.release')}</Button>
    </section>
  )
}

function HoldForm({ patient, reference, onEnd }: { patient: string; reference: string; onEnd: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const now = Date.now()
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState(dayField(now + usualDays * dayMs))
  const [missing, setMissing] = useState<{ field: string; message: string }[]>([])
  const { type, id } = splitRef(reference)
  const hold = useChange(patient, () => take(api.POST('/charts/{patient}/entries/{type}/{id}/hold', { params: { path: { patient, type, id } }, body: { reason: reason.trim(), until: endOf(until) } })), onEnd)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = [
      ...(reason.trim().length < 5 ? [{ field: 'hold-reason', message: t('hold.reasonMissing') }] : []),
      ...(!until || until < dayField(now) ? [{ field: 'hold-until', message: t('hold.untilMissing') }] : []),
    ]
    setMissing(wrong)
    if (wrong.length === 0) hold.mutate()
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate aria-label={t('hold.ask')}>
      <h2>{t('hold.ask')}</h2>
      <p className="dim measure">{t('hold.lead')}</p>
      <ErrorSummary errors={missing.length > 0 ? missing : hold.error ? [{ message: text(hold.error) }] : []} />
      <div className={css.field}>
        <label htmlFor="hold-reason">{t('hold.reason')}</label>
        <input id="hold-reason" value={reason} maxLength={500} autoFocus onChange={(event) => setReason(event.target.value)} />
      </div>
      <div className={css.field}>
        <label htmlFor="hold-until">{t('hold.until')}</label>
        <input id="hold-until" type="date" className={css.date} value={until} min={dayField(now)} max={dayField(now + (mostDays - 1) * dayMs)} onChange={(event) => setUntil(event.target.value)} />
        <p className="meta">{t('hold.untilHelp')}</p>
      </div>
      <div className={css.acts}>
        <Button type="submit" loading={hold.isPending}>{t('hold.go')}</Button>
        <Button variant="subtle" onClick={onEnd}>{t('hold.cancel')}</Button>
      </div>
    </form>
  )
}
