import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { download } from '../api/download'
import { Button } from '../ui/Button'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { csvPath, reportQuery, sorts, type Filter, type Period, type Sort } from './calls'
import type { Picked } from './PrivacyPage'
import { ReportLine } from './ReportLine'
import css from './privacy.module.css'

interface Props { period: Period; filter: Filter; onFilter: (part: Partial<Filter>) => void; onOnly: (who?: Picked, patient?: Picked) => void }

/** Every row of the period, sorted by the column that was pressed. */
export function Report({ period, filter, onFilter, onOnly }: Props) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [problem, setProblem] = useState('')
  const pages = useInfiniteQuery(reportQuery(period, filter))
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? []
  const sort = (by: Sort) => onFilter(by === filter.sort ? { ascending: !filter.ascending } : { sort: by, ascending: by !== 'time' })
  const save = async () => {
    setProblem('')
    try {
      await stepUp.run(() => download(csvPath(period, filter), `audit-${period.from}-${period.until}.csv`))
    } catch (error) {
      setProblem(text(error))
    }
  }
  return (
    <section aria-labelledby="report" className={css.section}>
      <div className={css.head}>
        <h2 id="report">{t('privacy.report')}</h2>
        <Button variant="default" icon="download" onClick={() => void save()}>{t('privacy.csv')}</Button>
      </div>
      {problem && <p role="alert" className={css.error}>{problem}</p>}
      {stepUp.dialog}
      <div className={css.sortBy}>
        <label htmlFor="report-sort">{t('privacy.sortBy')}</label>
        <select id="report-sort" value={filter.sort} onChange={(event) => onFilter({ sort: event.target.value as Sort, ascending: event.target.value !== 'time' })}>
          {sorts.map((by) => <option key={by} value={by}>{t(`privacy.column.${by}`)}</option>)}
        </select>
        <button type="button" className={css.turn} aria-label={t('privacy.turn')} onClick={() => onFilter({ ascending: !filter.ascending })}><Icon name={filter.ascending ? 'up' : 'down'} size={20} /></button>
      </div>
      {pages.error && !pages.data ? <LoadError error={pages.error} onRetry={() => void pages.refetch()} />
        : !pages.data ? <Skeleton heights={[44, 44, 44, 44]} />
        : rows.length === 0 && !pages.hasNextPage ? <p className="dim">{t('privacy.none')}</p>
        : (
          <table className={css.table} aria-busy={pages.isPlaceholderData || undefined}>
            <caption className="sr">{t('privacy.report')}</caption>
            <thead>
              <tr>
                {sorts.map((by) => (
                  <th key={by} scope="col" aria-sort={by === filter.sort ? (filter.ascending ? 'ascending' : 'descending') : 'none'}>
                    <button type="button" onClick={() => sort(by)}>{t(`privacy.column.${by}`)}{by === filter.sort && <Icon name={filter.ascending ? 'up' : 'down'} size={16} />}</button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{rows.map((row) => <ReportLine key={row.place} row={row} onOnly={onOnly} />)}</tbody>
          </table>
        )}
      {pages.hasNextPage && <p><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('showMore')}</Button></p>}
    </section>
  )
}
