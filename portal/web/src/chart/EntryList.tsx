import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { chartQuery, sectionQuery } from '../api/queries'
import type { Entry } from '../api/types'
import { splitActive, type Section } from '../format/entry'
import { Button } from '../ui/Button'
import { Card, SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { iconOf } from './entryWords'
import { FactRow } from './FactRow'

type Listed = Exclude<Section, 'results' | 'vitals'>
// Where something goes on or is over; elsewhere everything simply happened.
const ongoing: readonly Listed[] = ['medicines', 'conditions', 'allergies', 'careplan']

/** Every entry of a kind, what is going on first and what is over below it. */
export function EntryList({ patient, section }: { patient: string; section: Listed }) {
  const { t } = useWords()
  const pages = useInfiniteQuery(sectionQuery(patient, section))
  const goals = useQuery({ ...chartQuery(patient), enabled: section === 'careplan' }).data?.goals ?? []
  if (pages.error && !pages.data) return <LoadError error={pages.error} onRetry={() => void pages.refetch()} />
  if (!pages.data) return <Skeleton heights={[72, 72, 72, 72]} onRetry={() => void pages.refetch()} />
  const listed = pages.data.pages.flatMap((page) => page.items)
  const extra = section === 'careplan' ? goals.filter((goal) => !listed.some((entry) => entry.ref === goal.ref)) : []
  if (listed.length + extra.length === 0) {
    return <Empty icon={iconOf({ section })} title={t(`record.sectionEmpty.${section}`)} text={t('record.sectionEmptyText')} />
  }
  const { now, before } = ongoing.includes(section) ? splitActive(listed) : { now: listed, before: [] }
  return (
    <>
      {extra.length > 0 && <Group patient={patient} title={t('record.goals')} entries={extra} />}
      {now.length > 0 && <Group patient={patient} title={before.length > 0 || extra.length > 0 ? (section === 'careplan' ? t('record.plan') : t('record.current')) : ''} entries={now} />}
      {before.length > 0 && <Group patient={patient} title={section === 'medicines' ? t('record.stopped') : section === 'conditions' ? t('record.resolved') : t('record.before')} entries={before} />}
      {pages.hasNextPage && (
        <p style={{ marginTop: 16 }}>
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('showMore')}</Button>
        </p>
      )}
    </>
  )
}

function Group({ patient, title, entries }: { patient: string; title: string; entries: Entry[] }) {
  return (
    <>
      {title && <SectionHead title={title} />}
      <Card rows>{entries.map((entry) => <FactRow key={entry.ref} patient={patient} entry={entry} />)}</Card>
    </>
  )
}
