import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useRef, useState } from 'react'
import { chartQuery } from '../api/queries'
import { appointmentsQuery } from '../booking/queries'
import type { Chart } from '../api/types'
import { usePageTitle } from '../shell/title'
import { ErrorPage } from '../shell/ErrorPage'
import { isNotFound } from '../api/problem'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'
import { ChartHead } from './ChartHead'
import { AccessPanel, ContactPanel, PlannedPanel } from './DeskPanels'
import { CareTable, DocumentTable, MedicineTable, ProblemTable, TeamTable, VaccineTable, VisitTable } from './FactTables'
import { fits } from './filter'
import { useKeyHints, useKeys } from './keys'
import { mayStart, StartApp, startsQuery } from './StartApp'
import { ResultTable } from './ResultTable'

const ChartPanels = lazy(() => import('../care/ChartPanels'))
const clinical = ['results', 'vitals', 'immunizations', 'conditions', 'medicines', 'visits', 'documents', 'careplan'] as const

/** The whole chart on one page: two columns of tables, filtered by one field. */
export function ClinicChart() {
  const { t } = useWords()
  const { patient } = useParams({ from: '/gate/clinic/p/$patient' })
  usePageTitle(t('clinic.chart'))
  const navigate = useNavigate()
  const chart = useQuery(chartQuery(patient))
  // Its panel stands among others: it is drawn with them, or it would push them.
  const planned = useInfiniteQuery(appointmentsQuery(patient, 'coming'))
  const starts = useQuery({ ...startsQuery(patient), enabled: mayStart(chart.data) })
  const waits = planned.isPending || starts.isLoading
  const [filter, setFilter] = useState('')
  const field = useRef<HTMLInputElement>(null)
  // The front desk reads no facts: nothing is there to be filtered.
  const reads = !chart.data || clinical.some((category) => chart.data.view.sees.includes(category))
  const back = () => void navigate({ to: '/clinic' })
  useKeys(reads ? { f: () => field.current?.focus(), '/': () => field.current?.focus(), Escape: () => setFilter(''), b: back } : { b: back })
  useKeyHints([
    ...(reads ? [{ keys: ['F'], says: t('clinic.key.filter') }, { keys: ['Esc'], says: t('clinic.key.clear') }] : []),
    { keys: ['B'], says: t('clinic.key.back') },
  ])
  if (chart.error && !chart.data) {
    return isNotFound(chart.error) ? <ErrorPage error={chart.error} reset={() => void chart.refetch()} />
      : <div className={css.body}><LoadError error={chart.error} onRetry={() => void chart.refetch()} /></div>
  }
  return (
    <>
      <h1 className="sr">{t('clinic.chart')}</h1>
      <ChartHead patient={patient} back="patients" waits={waits}>
        {reads && <div className={`${css.filter} no-print`} role="search">
          <Icon name="search" size={16} />
          <label htmlFor="filter" className="sr">{t('clinic.filter')}</label>
          <input id="filter" ref={field} type="search" value={filter} placeholder={t('clinic.filter')} maxLength={80} autoComplete="off" onChange={(event) => setFilter(event.target.value)} />
          <kbd aria-hidden="true">F</kbd>
        </div>}
      </ChartHead>
      {chart.data && !waits && chart.data.joined && chart.data.joined.length > 0 && (
        <p className={css.joined}><Icon name="people" size={18} /><span>{t('clinic.joined', { count: chart.data.joined.length })}</span> <Link to="/clinic/p/$patient/joined" params={{ patient }}>{t('clinic.joinedOpen')}</Link></p>
      )}
      {chart.data && !waits ? <Tables chart={chart.data} patient={patient} filter={filter} /> : <div className={css.body}><Skeleton heights={[280, 200, 200]} /></div>}
    </>
  )
}

function Tables({ chart, patient, filter }: { chart: Chart; patient: string; filter: string }) {
  const { t } = useWords()
  const sees = (category: Chart['view']['sees'][number]) => chart.view.sees.includes(category)
  const any = [chart.results, chart.vitals].some((lines) => lines.some((line) => fits(filter, line.title, line.latest.title)))
    || [chart.conditions, chart.medicines, chart.immunizations, chart.visits, chart.documents, chart.careplan, chart.goals].some((list) => list.some((entry) => fits(filter, entry.title, entry.text, entry.who, entry.reason)))
  if (filter && !any) return <p className={css.none} role="status">{t('clinic.filterEmpty', { q: filter })}</p>
  return (
    <div className={css.body}>
      <div className={css.column}>
        {!filter && !sees('results') && <ContactPanel person={chart.patient} />}
        {!filter && <AccessPanel patient={patient}>{mayStart(chart) && <StartApp patient={patient} />}</AccessPanel>}
        {sees('results') && <ResultTable patient={patient} title={t('clinic.results')} lines={chart.results} filter={filter} />}
        {sees('vitals') && <ResultTable patient={patient} title={t('clinic.vitals')} lines={chart.vitals} filter={filter} />}
        {sees('immunizations') && <VaccineTable patient={patient} entries={chart.immunizations} filter={filter} />}
      </div>
      <div className={css.column}>
        {!filter && sees('appointments') && <PlannedPanel patient={patient} />}
        {sees('conditions') && <ProblemTable patient={patient} entries={chart.conditions} filter={filter} />}
        {sees('medicines') && <MedicineTable patient={patient} entries={chart.medicines} filter={filter} />}
        {sees('visits') && <VisitTable patient={patient} entries={chart.visits} filter={filter} />}
        {sees('documents') && <DocumentTable patient={patient} entries={chart.documents} filter={filter} />}
        {sees('careplan') && <CareTable patient={patient} entries={[...chart.goals, ...chart.careplan]} filter={filter} />}
        {chart.team.length > 0 && <TeamTable team={chart.team} filter={filter} />}
        {!filter && <Suspense><ChartPanels patient={patient} /></Suspense>}
      </div>
    </div>
  )
}
