import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { chartQuery, entryQuery, trendQuery } from '../api/queries'
import { EntryBody } from '../chart/entry/EntryBody'
import { clinicalTitle, lineOf } from '../chart/entryWords'
import { fullDate } from '../format/date'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'
import { ChartHead } from './ChartHead'
import { EntryActs } from './EntryActs'
import { HeldLine } from './HoldCard'
import { useKeyHints, useKeys } from './keys'

/** One entry of the chart: a document, a visit, a medicine, a single value. */
export function ClinicEntry() {
  const { t, locale, clock } = useWords()
  const { patient, type, id } = useParams({ from: '/gate/clinic/p/$patient/entries/$type/$id' })
  usePageTitle(t('entry.page'))
  const navigate = useNavigate()
  useKeys({ b: () => void navigate({ to: '/clinic/p/$patient', params: { patient } }) })
  useKeyHints([{ keys: ['B'], says: t('clinic.back') }])
  const detail = useQuery(entryQuery(patient, type, id))
  const chart = useQuery(chartQuery(patient)).data
  const entry = detail.data?.entry
  const line = entry && lineOf(entry, [...(chart?.results ?? []), ...(chart?.vitals ?? [])])
  const key = entry?.key ?? line?.key ?? ''
  const trend = useQuery({ ...trendQuery(patient, key), enabled: key !== '' })
  return (
    <>
      <ChartHead patient={patient} back="chart" />
      <div className={css.single}>
        <h1>{entry ? clinicalTitle(entry, t) : '\u00a0'}</h1>
        {entry && <p className="dim">{[fullDate(entry.at, locale, clock.zone), entry.who, entry.place].filter(Boolean).join(' · ')}</p>}
        <div className={css.singleBody}>
          {detail.data ? <><HeldLine patient={patient} detail={detail.data} /><EntryBody patient={patient} detail={detail.data} trend={trend.data} dense /><EntryActs patient={patient} detail={detail.data} /></>
            : detail.error ? <LoadError error={detail.error} onRetry={() => void detail.refetch()} />
            : <Skeleton heights={[120, 120]} />}
        </div>
      </div>
    </>
  )
}
