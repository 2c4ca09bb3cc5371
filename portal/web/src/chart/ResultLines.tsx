import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { chartQuery } from '../api/queries'
import type { ResultLine } from '../api/types'
import { longDate } from '../format/date'
import { levelOfEntry, toneOf } from '../format/meaning'
import { valueText } from '../format/value'
import { Card, SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { MeaningWord } from '../ui/MeaningWord'
import { RangeBar } from '../ui/RangeBar'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { titleOf } from './entryWords'
import css from './lines.module.css'

/** The newest value of each kind of result; what is out of its range stands first. */
export function ResultLines({ patient, category }: { patient: string; category: 'results' | 'vitals' }) {
  const { t } = useWords()
  const chart = useQuery(chartQuery(patient))
  if (chart.error && !chart.data) return <LoadError error={chart.error} onRetry={() => void chart.refetch()} />
  if (!chart.data) return <Skeleton heights={[88, 88, 88, 88]} onRetry={() => void chart.refetch()} />
  const lines = chart.data[category]
  if (lines.length === 0) return <Empty icon="flask" title={t(`record.sectionEmpty.${category}`)} text={t('record.sectionEmptyText')} />
  const out = lines.filter((line) => toneOf(levelOfEntry(line.latest)) !== 'plain')
  const rest = lines.filter((line) => toneOf(levelOfEntry(line.latest)) === 'plain')
  return (
    <>
      {out.length > 0 && (
        <>
          <SectionHead title={t('result.outFirst')} />
          <Lines patient={patient} lines={out} />
        </>
      )}
      {rest.length > 0 && (
        <>
          {out.length > 0 && <SectionHead title={t('record.everything')} />}
          <Lines patient={patient} lines={rest} />
        </>
      )}
    </>
  )
}

function Lines({ patient, lines }: { patient: string; lines: ResultLine[] }) {
  return (
    <Card rows>
      {lines.map((line) => <Line key={line.key} patient={patient} line={line} />)}
    </Card>
  )
}

function Line({ patient, line }: { patient: string; line: ResultLine }) {
  const { t, locale, clock } = useWords()
  const { latest } = line
  const level = levelOfEntry(latest)
  return (
    <Link to="/p/$patient/results/$key" params={{ patient, key: line.key }} className={css.line}>
      <span className={css.name}>
        <b>{titleOf({ title: line.title, code: latest.code }, t)}</b>
        <span className="meta">{longDate(latest.at, locale, clock.zone)}{line.count > 1 && ` · ${t('record.count', { count: line.count })}`}</span>
      </span>
      <span className={css.bar}><RangeBar mini number={latest.value?.number} shown={valueText(latest.value)} range={latest.range} level={level} /></span>
      <span className={css.value}>
        <b>{valueText(latest.value)}</b>
        {level !== 'unknown' && <MeaningWord level={level} />}
      </span>
      <Icon name="go" size={20} className={css.go} />
    </Link>
  )
}
