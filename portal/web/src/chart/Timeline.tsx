import { useInfiniteQuery } from '@tanstack/react-query'
import { timelineQuery } from '../api/queries'
import { monthOf } from '../format/date'
import { groupByMonth, type TimelineKind } from '../format/entry'
import { Button } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './timeline.module.css'
import { TimelineEntry } from './TimelineEntry'

/** Everything that happened, newest first, under the names of the months. */
export function Timeline({ patient, kind, q, onReset }: { patient: string; kind: TimelineKind; q: string; onReset: () => void }) {
  const { t, locale, clock } = useWords()
  const pages = useInfiniteQuery(timelineQuery(patient, kind, q))
  if (pages.error && !pages.data) return <div className={css.state}><LoadError error={pages.error} onRetry={() => void pages.refetch()} /></div>
  if (!pages.data) return <div className={css.state}><Skeleton heights={[20, 78, 78, 78, 78]} onRetry={() => void pages.refetch()} /></div>
  const entries = pages.data.pages.flatMap((page) => page.items)
  if (entries.length === 0) {
    const action = q || kind !== 'everything' ? <Button variant="default" onClick={onReset}>{t('record.showEverything')}</Button> : undefined
    const words = q ? { title: t('record.noMatch', { q }), text: t('record.noMatchText') }
      : kind !== 'everything' ? { title: t('record.emptyKind'), text: t('record.emptyKindText') }
      : { title: t('record.empty'), text: t('record.emptyText') }
    return <div className={css.state}><Empty icon={q ? 'search' : 'record'} {...words} action={action} /></div>
  }
  return (
    <div>
      {groupByMonth(entries, (at) => monthOf(at, locale, clock.zone) || t('record.undated')).map((group) => (
        <section key={group.month + group.entries[0]?.ref} aria-label={group.month}>
          <h2 className={css.month}>{group.month}</h2>
          <ol className={css.line}>
            {group.entries.map((entry) => <TimelineEntry key={entry.ref} patient={patient} entry={entry} />)}
          </ol>
        </section>
      ))}
      {pages.hasNextPage && (
        <div className={css.more}>
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('showMore')}</Button>
        </div>
      )}
    </div>
  )
}
