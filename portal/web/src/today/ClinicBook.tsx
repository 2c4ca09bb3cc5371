import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { chartQuery } from '../api/queries'
import { isNotFound } from '../api/problem'
import { BookForm } from '../booking/BookForm'
import { appointmentsQuery } from '../booking/queries'
import type { Appointment } from '../booking/types'
import { useNow } from '../booking/useNow'
import { VisitCard } from '../booking/VisitCard'
import { ChartHead } from '../clinic/ChartHead'
import { ErrorPage } from '../shell/ErrorPage'
import { usePageTitle } from '../shell/title'
import { Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './today.module.css'

/** The clinic books for a patient: the same form, with what is planned already beside it. */
export function ClinicBook() {
  const { t } = useWords()
  const { patient } = useParams({ from: '/gate/clinic/p/$patient/book' })
  usePageTitle(t('day.book'))
  const now = useNow()
  const chart = useQuery(chartQuery(patient))
  const planned = useInfiniteQuery(appointmentsQuery(patient, 'coming'))
  const [change, setChange] = useState<Appointment>()
  const [said, setSaid] = useState('')
  const top = useRef<HTMLDivElement>(null)
  if (chart.error && !chart.data && isNotFound(chart.error)) return <ErrorPage error={chart.error} reset={() => void chart.refetch()} />
  const name = chart.data?.patient.name.split(/\s+/)[0]
  const say = (words: string) => {
    setSaid(words)
    setChange(undefined)
    requestAnimationFrame(() => top.current?.focus())
  }
  const visits = planned.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <ChartHead patient={patient} back="chart" />
      <div className={css.book}>
        <div>
          <h1>{change ? t('book.change') : t('day.book')}</h1>
          <div ref={top} tabIndex={-1} className={css.said}>{said && <Said>{said}</Said>}</div>
          {name && <BookForm key={change?.id ?? said} patient={patient} forName={name} staff change={change} onDone={() => say(change ? t('appointment.moved') : t('appointment.booked'))} />}
        </div>
        <section aria-labelledby="planned">
          <h2 id="planned">{t('day.planned')}</h2>
          {!planned.data ? <Skeleton heights={[120]} /> : visits.length === 0 ? <p className="dim">{t('day.plannedNone')}</p> : (
            <ul className={css.planned}>
              {visits.map((visit) => <VisitCard key={visit.id} visit={visit} now={now} clinic onChange={() => setChange(visit)} onCancelled={() => say(t('day.tag.cancelled'))} />)}
            </ul>
          )}
        </section>
      </div>
    </>
  )
}
