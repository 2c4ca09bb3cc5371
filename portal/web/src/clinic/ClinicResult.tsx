import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { chartQuery, entryQuery, trendQuery } from '../api/queries'
import { latestOf } from '../chart/result/latest'
import { ResultView } from '../chart/result/ResultView'
import { titleOf } from '../chart/entryWords'
import { fullDate } from '../format/date'
import { splitRef } from '../format/entry'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'
import { ChartHead } from './ChartHead'
import { EntryActs } from './EntryActs'
import { HeldLine } from './HoldCard'
import { useKeyHints, useKeys } from './keys'

/** A kind of result over the years, at the clinic's density. */
export function ClinicResult() {
  const { t, locale, clock } = useWords()
  const { patient, key } = useParams({ from: '/gate/clinic/p/$patient/results/$key' })
  usePageTitle(t('result.page'))
  const navigate = useNavigate()
  useKeys({ b: () => void navigate({ to: '/clinic/p/$patient', params: { patient } }) })
  useKeyHints([{ keys: ['B'], says: t('clinic.back') }])
  const trend = useQuery(trendQuery(patient, key))
  const chart = useQuery(chartQuery(patient)).data
  const known = [...(chart?.results ?? []), ...(chart?.vitals ?? [])].find((line) => line.key === key)
  const drawn = trend.data && latestOf(trend.data)
  const ref = splitRef(drawn?.ref ?? known?.latest.ref ?? '')
  const detail = useQuery({ ...entryQuery(patient, ref.type, ref.id), enabled: ref.id !== '' })
  const entry = detail.data?.entry ?? known?.latest ?? drawn
  return (
    <>
      <ChartHead patient={patient} back="chart" />
      <div className={css.single}>
        <h1>{entry ? titleOf(entry, t) : '\u00a0'}</h1>
        {entry && <p className="dim">{fullDate(entry.at, locale, clock.zone)}</p>}
        <div className={css.singleBody}>
          {entry && !(ref.id && detail.isPending) ? <>{detail.data && <HeldLine patient={patient} detail={detail.data} />}<ResultView patient={patient} entry={entry} detail={detail.data} trend={trend.data} dense />{detail.data && <EntryActs patient={patient} detail={detail.data} />}</>
            : trend.error ? <LoadError error={trend.error} onRetry={() => void trend.refetch()} />
            : <Skeleton heights={[120, 320]} />}
        </div>
      </div>
    </>
  )
}
