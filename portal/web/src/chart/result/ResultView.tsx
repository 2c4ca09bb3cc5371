import type { Entry, EntryDetail, Trend } from '../../api/types'
import { levelOf, levelOfEntry, toneOf, type Level } from '../../format/meaning'
import { valueText } from '../../format/value'
import { MeaningSentence, MeaningWord } from '../../ui/MeaningWord'
import { RangeBar } from '../../ui/RangeBar'
import { SourceLine } from '../../ui/SourceLine'
import { useClinic, useWords } from '../../ui/useWords'
import { Notes } from '../entry/Notes'
import { titleOf } from '../entryWords'
import { About } from './About'
import { Codes } from './Codes'
import css from './result.module.css'
import { TrendCard } from './TrendCard'

const longText = 24

/** One result: the sentence, the bar, what it is, what somebody wrote about it, how it went, and the codes last. */
export function ResultView({ patient, entry, detail, trend, dense = false }: { patient: string; entry: Entry; detail?: EntryDetail; trend?: Trend; dense?: boolean }) {
  const { t } = useWords()
  const level = levelOfEntry(entry)
  const title = titleOf(entry, t)
  return (
    <div className={css.cards}>
      <section className={css.card} aria-label={t('result.your')}>
        <ValueBlock entry={entry} level={level} />
        {!dense && toneOf(level) === 'urgent' && <NotEmergency />}
        {!dense && <About about={trend?.about} code={entry.code ?? trend?.code} level={level} />}
        <SourceLine sources={entry.sources} />
      </section>
      {detail?.note?.length ? <Notes notes={detail.note} /> : null}
      {trend && <TrendCard trend={trend} title={title} patient={patient} dense={dense} />}
      {detail && <Codes entry={entry} details={detail.details} title={t('result.codes')} />}
    </div>
  )
}

function NotEmergency() {
  const { t } = useWords()
  const clinic = useClinic()
  if (!clinic?.phone) return null
  return <p className={css.notEmergency}>{t('result.notEmergency', { phone: clinic.phone, emergency: clinic.emergency ?? '911' })}</p>
}

function ValueBlock({ entry, level }: { entry: Entry; level: Level }) {
  const parts = entry.value?.parts ?? []
  const shown = valueText(entry.value)
  if (parts.length > 1) {
    return (
      <>
        {level !== 'unknown' && <MeaningSentence level={level} />}
        <p className={css.big}>{shown}</p>
        {parts.map((part) => {
          const own = levelOf(part.meaning, part.number, part.range)
          const text = valueText(part)
          return (
            <div key={part.title} className={css.part}>
              <h3>{part.title}{own !== 'unknown' && <MeaningWord level={own} />}</h3>
              <div className={css.bar}><RangeBar number={part.number} shown={text} range={part.range} level={own} /></div>
            </div>
          )
        })}
      </>
    )
  }
  const drawn = entry.value?.number !== undefined && (entry.range?.low !== undefined || entry.range?.high !== undefined)
  return (
    <>
      {level !== 'unknown' && <MeaningSentence level={level} />}
      {!drawn && <p className={css.big} data-long={shown.length > longText || undefined}>{shown}</p>}
      <div className={css.bar}><RangeBar number={entry.value?.number} shown={shown} range={entry.range} level={level} /></div>
    </>
  )
}
