import { Link } from '@tanstack/react-router'
import type { ResultLine } from '../api/types'
import { titleOf } from '../chart/entryWords'
import { shortDate } from '../format/date'
import { levelOfEntry, toneOf, type Level } from '../format/meaning'
import { edge, rangeKind } from '../format/range'
import { valueText } from '../format/value'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'
import { fits } from './filter'
import { Panel } from './Panel'
import { Spark } from './Spark'

type Outside = Exclude<Level, 'usual' | 'unknown'>
const isOutside = (level: Level): level is Outside => level !== 'usual' && level !== 'unknown'

function rangeShort(line: ResultLine): string {
  const range = line.latest.range
  switch (rangeKind(range)) {
    case 'both': return `${edge(range!.low!)}–${edge(range!.high!)}`
    case 'low': return `≥ ${edge(range!.low!)}`
    case 'high': return `≤ ${edge(range!.high!)}`
    case 'text': return range!.text ?? ''
    default: return ''
  }
}

/** Test, trend, value with its word when it is not usual, range and day: one line of 32 px each. */
export function ResultTable({ patient, title, lines, filter }: { patient: string; title: string; lines: ResultLine[]; filter: string }) {
  const { t, locale, clock } = useWords()
  const shown = lines.filter((line) => fits(filter, line.title, titleOf({ title: line.title, code: line.latest.code }, t), line.latest.code?.code))
  if (filter && shown.length === 0) return null
  return (
    <Panel title={title} count={lines.length} empty={lines.length === 0}>
      <table className={css.table}>
        <thead className="sr">
          <tr><th scope="col">{t('clinic.test')}</th><th scope="col">{t('clinic.trend')}</th><th scope="col">{t('clinic.value')}</th><th scope="col">{t('clinic.range')}</th><th scope="col">{t('clinic.date')}</th></tr>
        </thead>
        <tbody>
          {shown.map((line) => {
            const level = levelOfEntry(line.latest)
            const tone = toneOf(level)
            return (
              <tr key={line.key}>
                <th scope="row"><Link to="/clinic/p/$patient/results/$key" params={{ patient, key: line.key }}>{titleOf({ title: line.title, code: line.latest.code }, t)}</Link></th>
                <td className={css.sparkCell}>
                  {line.spark && line.spark.length > 1 && <Spark points={line.spark} range={line.latest.range} level={level} label={t('clinic.trendLabel', { count: line.spark.length })} />}
                </td>
                <td className={css.value} data-tone={tone}>{valueText(line.latest.value)}{isOutside(level) && `, ${t(`clinic.levelShort.${level}`)}`}</td>
                <td className={css.range}>{rangeShort(line)}</td>
                <td className={css.date}>{shortDate(line.latest.at, locale, clock.zone)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Panel>
  )
}
