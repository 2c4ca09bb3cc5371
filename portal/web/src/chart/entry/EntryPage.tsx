import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { chartQuery, entryQuery, trendQuery } from '../../api/queries'
import type { Entry } from '../../api/types'
import { fullDate } from '../../format/date'
import { isSection } from '../../format/entry'
import { BackLink, PageHead, PrintButton } from '../../shell/PageHead'
import { usePageTitle } from '../../shell/title'
import { useSubject } from '../../shell/useMe'
import { LoadError } from '../../ui/ErrorSummary'
import { Skeleton } from '../../ui/Skeleton'
import { useWords, type Words } from '../../ui/useWords'
import { lineOf, titleOf } from '../entryWords'
import { lazy, Suspense } from 'react'
import css from '../result/result.module.css'
import { EntryBody } from './EntryBody'

const AskForMedicine = lazy(() => import('../../asks/AskForMedicine'))

/** One entry of the record, whatever it is. */
export function EntryPage() {
  const { t, locale, clock } = useWords()
  const { type, id } = useParams({ from: '/gate/p/$patient/entries/$type/$id' })
  const { patient, acting, name } = useSubject()
  const detail = useQuery(entryQuery(patient, type, id))
  const chart = useQuery(chartQuery(patient))
  const entry = detail.data?.entry
  const line = entry && lineOf(entry, [...(chart.data?.results ?? []), ...(chart.data?.vitals ?? [])])
  const key = entry?.key ?? line?.key ?? ''
  const trend = useQuery({ ...trendQuery(patient, key), enabled: key !== '' })
  usePageTitle(pageName(entry, t), acting ? name : undefined)
  const section = entry && isSection(entry.section) ? entry.section : undefined
  return (
    <div className={`${css.page} ${css.wide}`}>
      <PageHead
        back={section ? <BackLink to="/p/$patient/record/$section" params={{ patient, section }} place={t(`category.${section}`)} /> : <BackLink to="/p/$patient/record" params={{ patient }} place={t('record.page')} />}
        title={entry ? titleOf(entry, t) : '\u00a0'} text={entry ? under(entry, t, fullDate(entry.at, locale, clock.zone)) : undefined} actions={<PrintButton />}
      />
      {detail.data && type === 'MedicationRequest' && <Suspense><AskForMedicine patient={patient} id={id} /></Suspense>}
      {detail.data ? <EntryBody patient={patient} detail={detail.data} trend={trend.data} />
        : detail.error ? <LoadError error={detail.error} onRetry={() => void detail.refetch()} />
        : <Skeleton heights={[200, 120]} onRetry={() => void detail.refetch()} />}
    </div>
  )
}

function pageName(entry: Entry | undefined, t: Words['t']): string {
  switch (entry?.section) {
    case 'results': case 'vitals': return t('result.page')
    case 'visits': return t('entry.visitPage')
    case 'documents': return t('entry.documentPage')
    default: return t('entry.page')
  }
}

const under = (entry: Entry, t: Words['t'], date: string): string =>
  [date, entry.who && (entry.section === 'visits' ? t('entry.with', { who: entry.who }) : entry.who), entry.place && t('entry.at', { place: entry.place })].filter(Boolean).join(' · ')
