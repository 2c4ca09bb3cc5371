import { useQuery } from '@tanstack/react-query'
import { chartQuery } from '../api/queries'
import type { Chart } from '../api/types'
import { sections, type Section } from '../format/entry'
import { levelOfEntry, toneOf } from '../format/meaning'
import { Glance } from '../home/Glance'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Card, Dot } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords, type Words } from '../ui/useWords'
import { iconOf, titleOf } from './entryWords'
import { RecordViews } from './RecordViews'
import css from './kinds.module.css'
import record from './record.module.css'

/** The record by kind: one line for each, with what stands in it. */
export function KindsPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('record.page'), acting ? name : undefined)
  const chart = useQuery(chartQuery(patient))
  return (
    <div className={record.columns}>
      <div className={record.mainColumn}>
        <PageHead title={acting ? t('record.titleFor', { name }) : t('record.title')} text={chart.data?.view.limited ? t('record.limited') : undefined} />
        <RecordViews patient={patient} />
        <div className={css.list}>
          {chart.data ? <Kinds chart={chart.data} patient={patient} />
            : chart.error ? <LoadError error={chart.error} onRetry={() => void chart.refetch()} />
            : <Skeleton heights={[66, 66, 66, 66, 66, 66]} />}
        </div>
      </div>
      {chart.data && (
        <aside className={record.aside} aria-label={t('record.glance')}>
          <Glance chart={chart.data} patient={patient} />
        </aside>
      )}
    </div>
  )
}

function Kinds({ chart, patient }: { chart: Chart; patient: string }) {
  const { t } = useWords()
  const shown = sections.filter((section) => chart.view.sees.length === 0 || chart.view.sees.includes(section))
  return (
    <Card rows>
      {shown.map((section) => (
        <LinkRow
          key={section} to="/p/$patient/record/$section" params={{ patient, section }} title={t(`category.${section}`)} text={inside(chart, section, t)}
          lead={<Dot tone={section === 'results' && chart.results.some((line) => toneOf(levelOfEntry(line.latest)) !== 'plain') ? 'look' : 'plain'}><Icon name={iconOf({ section })} /></Dot>}
        />
      ))}
    </Card>
  )
}

const named = 3

/** The first few names of a kind, so that the line says more than a count. */
function inside(chart: Chart, section: Section, t: Words['t']): string {
  const names = titlesIn(chart, section, t)
  const text = [...new Set(names.map((name) => name.replace(/\.$/, '')))].slice(0, named).join(', ')
  return text || t(`record.sectionEmpty.${section}`)
}

function titlesIn(chart: Chart, section: Section, t: Words['t']): string[] {
  switch (section) {
    case 'results': return chart.results.map((line) => titleOf({ title: line.title, code: line.latest.code }, t))
    case 'vitals': return chart.vitals.map((line) => titleOf({ title: line.title, code: line.latest.code }, t))
    case 'careplan': return [...chart.careplan, ...chart.goals].map((entry) => titleOf(entry, t))
    default: {
      const entries = chart[section]
      const active = entries.filter((entry) => entry.active)
      return (active.length > 0 ? active : entries).map((entry) => titleOf(entry, t))
    }
  }
}
