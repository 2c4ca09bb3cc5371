import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { chartQuery, entryQuery, trendQuery } from '../../api/queries'
import { fullDate } from '../../format/date'
import { splitRef } from '../../format/entry'
import { BackLink, PageHead, PrintButton } from '../../shell/PageHead'
import { usePageTitle } from '../../shell/title'
import { useSubject } from '../../shell/useMe'
import { LoadError } from '../../ui/ErrorSummary'
import { Skeleton } from '../../ui/Skeleton'
import { useWords } from '../../ui/useWords'
import { titleOf } from '../entryWords'
import { aboutQuery } from './About'
import { latestOf } from './latest'
import css from './result.module.css'
import { ResultView } from './ResultView'

/** A kind of result: its newest value, and how it went over the years. */
export function ResultPage() {
  const { t, locale, clock } = useWords()
  const { key } = useParams({ from: '/gate/p/$patient/results/$key' })
  const { patient, acting, name } = useSubject()
  usePageTitle(t('result.page'), acting ? name : undefined)
  const trend = useQuery(trendQuery(patient, key))
  const line = useQuery(chartQuery(patient)).data
  const known = [...(line?.results ?? []), ...(line?.vitals ?? [])].find((one) => one.key === key)
  const drawn = trend.data && latestOf(trend.data)
  const ref = splitRef(drawn?.ref ?? known?.latest.ref ?? '')
  const detail = useQuery({ ...entryQuery(patient, ref.type, ref.id), enabled: ref.id !== '', placeholderData: (before) => before })
  const about = useQuery(aboutQuery(locale))
  // A newer value that arrives later is drawn at once, without what its detail will add.
  const newest = known?.latest ?? drawn
  const entry = detail.isPlaceholderData || detail.error ? newest : detail.data?.entry
  // Source, explanation, notes and trend stand around each other: they are drawn together, or each would push the next.
  const ready = !trend.isLoading && !about.isLoading
  const section = known?.category ?? 'results'
  return (
    <div className={`${css.page} ${css.wide}`}>
      <PageHead
        back={<BackLink to="/p/$patient/record/$section" params={{ patient, section }} place={t(`category.${section}`)} />}
        title={entry ? titleOf(entry, t) : '\u00a0'} text={entry ? fullDate(entry.at, locale, clock.zone) : undefined} actions={<PrintButton />}
      />
      {entry && ready ? <ResultView patient={patient} entry={entry} detail={detail.isPlaceholderData ? undefined : detail.data} trend={trend.data} />
        : trend.error ? <LoadError error={trend.error} onRetry={() => void trend.refetch()} />
        : <Skeleton heights={[240, 420]} onRetry={() => void trend.refetch()} />}
    </div>
  )
}
