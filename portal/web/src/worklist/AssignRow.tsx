import { useState } from 'react'
import { take } from '../api/client'
import { headline, subline } from '../chart/entryWords'
import { fullDate, longDate } from '../format/date'
import { splitRef } from '../format/entry'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type Assign } from './calls'
import { Reason, shortest } from './Reason'
import { useDecision } from './useDecision'
import css from './worklist.module.css'

/** Something that was written while two records were shown as one: in which of them does it belong? */
export function AssignRow({ item }: { item: Assign }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const { type, id } = splitRef(item.ref)
  const stay = useDecision(() => take(api.POST('/clinic/assigns/stay', { body: { patient: item.patient.id, other: item.other.id, type, id } })))
  const move = useDecision(() => take(api.POST('/clinic/refile', { body: { from: item.patient.id, to: item.other.id, refs: [item.ref], reason: reason.trim() } })))
  const error = stay.error ?? move.error
  const title = item.entry ? headline(item.entry, t) : type
  const whoIs = (person: Assign['patient']) => [person.name, person.birthDate && t('clinic.identity', { date: longDate(person.birthDate, locale) }), person.identifiers?.[0]?.value].filter(Boolean).join(', ')
  const go = () => {
    const short = reason.trim().length < shortest
    setMissing(short)
    if (!short) move.mutate(undefined)
  }
  return (
    <Card pad label={title}>
      <h3>{title}</h3>
      <p className="dim">{[item.entry && subline(item.entry, t), fullDate(item.entry?.at, locale, clock.zone)].filter(Boolean).join(' · ')}</p>
      <dl className={css.facts}>
        <div><dt>{t('work.nowIn')}</dt><dd>{whoIs(item.patient)}</dd></div>
        <div><dt>{t('work.maybeIn')}</dt><dd>{whoIs(item.other)}</dd></div>
      </dl>
      {error && <p role="alert" className={css.error}>{text(error)}</p>}
      <Reason value={reason} missing={missing} onChange={setReason} />
      <div className={css.acts}>
        <Button variant="default" loading={stay.isPending} onClick={() => stay.mutate(undefined)}>{t('work.stay')}</Button>
        <Button variant="default" loading={move.isPending} onClick={go}>{t('work.move')}</Button>
      </div>
    </Card>
  )
}
