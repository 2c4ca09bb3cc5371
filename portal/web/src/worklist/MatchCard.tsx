import { useState } from 'react'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type Candidate, type Match } from './calls'
import { useDecision } from './WorklistPage'
import css from './worklist.module.css'

/** Two records side by side, what differs marked, and the two answers. */
export function MatchCard({ match }: { match: Match }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const [reason, setReason] = useState('')
  // The fuller record is the one to go on with.
  const [first, second] = match.b.count > match.a.count ? [match.b, match.a] : [match.a, match.b]
  const join = useDecision(() => take(api.POST('/clinic/matches/join', { body: { survivor: first.id, other: second.id, reason } })))
  const apart = useDecision(() => take(api.POST('/clinic/matches/apart', { body: { a: first.id, b: second.id } })))
  const error = join.error ?? apart.error
  const rows: [string, (of: Candidate) => string][] = [
    [t('clinic.name'), (of) => of.name],
    [t('clinic.born'), (of) => longDate(of.birthDate, locale, clock.zone) ?? ''],
    [t('clinic.ageSex'), (of) => (of.sex ? t(`clinic.sexShort.${of.sex as 'male'}`, { defaultValue: of.sex }) : '')],
    [t('clinic.address'), (of) => of.address ?? ''],
    [t('clinic.phone'), (of) => (of.phones ?? []).join(', ')],
    [t('clinic.email'), (of) => (of.emails ?? []).join(', ')],
    [t('clinic.number'), (of) => (of.identifiers ?? []).map((one) => one.value).join(', ')],
    [t('work.from'), (of) => of.source ?? ''],
    [t('work.entries'), (of) => String(of.count)],
  ]
  const field = `join-${first.id}`
  return (
    <Card pad label={first.name}>
      <div className={css.head}><h3>{first.name}</h3><Tag tone={match.grade === 'possible' ? 'outline' : 'look'}>{t(`work.grade.${match.grade}`)}</Tag></div>
      <table className={css.pair}>
        <thead><tr><td /><th scope="col">{t('work.keeps')}</th><th scope="col">{t('work.other')}</th></tr></thead>
        <tbody>
          {rows.filter(([, of]) => of(first) || of(second)).map(([label, of]) => (
            <tr key={label} data-differs={of(first) !== of(second) || undefined}><th scope="row">{label}</th><td>{of(first) || '–'}</td><td>{of(second) || '–'}</td></tr>
          ))}
        </tbody>
      </table>
      {error && <p role="alert" className={css.error}>{text(error)}</p>}
      <div className={css.why}>
        <label htmlFor={field}>{t('work.reason')}</label>
        <input id={field} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </div>
      <div className={css.acts}>
        <Button variant="default" loading={apart.isPending} onClick={() => apart.mutate(undefined)}>{t('work.apart')}</Button>
        <Button loading={join.isPending} onClick={() => join.mutate(undefined)}>{t('work.join')}</Button>
      </div>
    </Card>
  )
}
