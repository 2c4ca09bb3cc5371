import { useQuery } from '@tanstack/react-query'
import { useState, type MouseEvent } from 'react'
import { chartQuery } from '../api/queries'
import type { Chart } from '../api/types'
import { DocumentTable, MedicineTable, ProblemTable, VisitTable } from '../clinic/FactTables'
import { ResultTable } from '../clinic/ResultTable'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import type { Visit } from '../visits/types'
import { AnswersPart } from './AnswersPart'
import css from './cockpit.module.css'

const tabs = ['forVisit', 'results', 'medicines', 'notes'] as const
const resultsShown = 6

/** What is known, in the order in which this visit needs it. */
export function VisitChart({ patient, visit }: { patient: string; visit: Visit }) {
  const { t } = useWords()
  const chart = useQuery(chartQuery(patient))
  const [tab, setTab] = useState<(typeof tabs)[number]>('forVisit')
  return (
    <>
      <div className={css.chartTabs} role="group" aria-label={t('cockpit.tabs')}>
        {tabs.map((name) => <button key={name} type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>{t(`cockpit.${name}`)}</button>)}
      </div>
      <div className={css.chartBody} onClickCapture={besides}>
        {tab === 'forVisit' && (
          <section className={css.reason}>
            <h2>{t('cockpit.reason')}</h2>
            <p>{visit.appointment.reason || t('cockpit.noReason')}</p>
          </section>
        )}
        {tab === 'forVisit' && <AnswersPart patient={patient} visit={visit.id} />}
        {chart.data ? <Part chart={chart.data} patient={patient} tab={tab} />
          : chart.error ? <LoadError error={chart.error} onRetry={() => void chart.refetch()} />
          : <Skeleton heights={[200, 160]} />}
      </div>
    </>
  )
}

function Part({ chart, patient, tab }: { chart: Chart; patient: string; tab: (typeof tabs)[number] }) {
  const { t } = useWords()
  const lists = { patient, filter: '' }
  switch (tab) {
    case 'results':
      return (
        <>
          <ResultTable {...lists} title={t('clinic.results')} lines={chart.results} />
          <ResultTable {...lists} title={t('clinic.vitals')} lines={chart.vitals} />
        </>
      )
    case 'medicines': return <MedicineTable {...lists} entries={chart.medicines} />
    case 'notes':
      return (
        <>
          <DocumentTable {...lists} entries={chart.documents} />
          <VisitTable {...lists} entries={chart.visits} />
        </>
      )
    default:
      return (
        <>
          <ResultTable {...lists} title={t('clinic.results')} lines={chart.results.slice(0, resultsShown)} />
          <ResultTable {...lists} title={t('clinic.vitals')} lines={chart.vitals.slice(0, resultsShown)} />
          <MedicineTable {...lists} entries={chart.medicines} />
          <ProblemTable {...lists} entries={chart.conditions} />
        </>
      )
  }
}

/** Looking something up must not hang up: what a link leads to opens beside the visit. */
function besides(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link) return
  event.preventDefault()
  event.stopPropagation()
  window.open(link.href, '_blank', 'noopener')
}
