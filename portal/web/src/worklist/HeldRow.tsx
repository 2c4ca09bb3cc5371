import { Link } from '@tanstack/react-router'
import { take } from '../api/client'
import { headline, subline } from '../chart/entryWords'
import { fullDate, longDate } from '../format/date'
import { splitRef } from '../format/entry'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type HeldResult } from './calls'
import { useDecision } from './useDecision'
import css from './worklist.module.css'

/** A result that its patient does not see: whose, what it says, until when and why, and one press to let go. */
export function HeldRow({ item }: { item: HeldResult }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const { type, id } = splitRef(item.entry.ref)
  const release = useDecision(() => take(api.POST('/charts/{patient}/entries/{type}/{id}/release', { params: { path: { patient: item.patient, type, id } } })))
  const title = headline(item.entry, t)
  const until = longDate(item.until, locale, clock.zone)
  return (
    <section className={css.row} aria-label={`${title}, ${item.name}`}>
      <div className="grow">
        <h3><Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient: item.patient, type, id }}>{title}</Link></h3>
        <p><b>{item.name}</b> <span className="dim">{[subline(item.entry, t), fullDate(item.entry.at, locale, clock.zone)].filter(Boolean).join(', ')}</span></p>
        <p className="dim">
          {item.harm && <Tag tone="look">{t('work.harmTag')}</Tag>} {item.harm ? (item.by ? t('work.harmBy', { name: item.by, date: until }) : t('work.harm', { date: until })) : t('work.wish', { date: until })}
          {item.reason && ` ${t('work.because', { text: item.reason })}`}
        </p>
        {release.error && <p role="alert" className={css.error}>{text(release.error)}</p>}
      </div>
      <Button variant="default" loading={release.isPending} onClick={() => release.mutate(undefined)}>{t('work.release')}</Button>
    </section>
  )
}
