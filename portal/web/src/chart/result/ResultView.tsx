import type { Entry, EntryDetail, Trend } from '../../api/types'
import { longDate } from '../../format/date'
import { levelOf, levelOfEntry, toneOf, type Level } from '../../format/meaning'
import { plainTitle } from '../../format/titles'
import { valueText } from '../../format/value'
import { useSubject } from '../../shell/useMe'
import { LinkButton } from '../../ui/Button'
import { MeaningSentence, MeaningWord } from '../../ui/MeaningWord'
import { RangeBar } from '../../ui/RangeBar'
import { SourceLine } from '../../ui/SourceLine'
import { useClinic, useWords, type Words } from '../../ui/useWords'
import { Notes } from '../entry/Notes'
import { titleOf } from '../entryWords'
import { About } from './About'
import { Codes } from './Codes'
import css from './result.module.css'
import { TrendCard } from './TrendCard'

const longText = 24

/** The two numbers of a blood pressure have names that nobody says at home. */
const partTitle = (title: string, t: Words['t']): string =>
  /systolic/i.test(title) ? t('name.systolic') : /diastolic/i.test(title) ? t('name.diastolic') : plainTitle(title)

/** One result: the sentence, the bar, what it is, what somebody wrote about it, how it went, and the codes last. */
export function ResultView({ patient, entry, detail, trend, dense = false }: { patient: string; entry: Entry; detail?: EntryDetail; trend?: Trend; dense?: boolean }) {
  const { t } = useWords()
  const level = levelOfEntry(entry)
  const title = titleOf(entry, t)
  return (
    <div className={dense ? css.cards : css.columns}>
      <section className={`${css.card} ${css.first}`} aria-label={t('result.your')}>
        <ValueBlock entry={entry} level={level} />
        {!dense && toneOf(level) === 'urgent' && <NotEmergency />}
        {!dense && <About plain={entry.plain ?? trend?.plain} code={entry.code ?? trend?.code} level={level} />}
        <div className={css.sources}><SourceLine sources={entry.sources} /></div>
        {!dense && <AskAbout title={title} at={entry.at} />}
      </section>
      {trend && <div className={css.trend}><TrendCard trend={trend} title={title} patient={patient} dense={dense} /></div>}
      {detail && (
        <div className={css.beside}>
          {detail.note?.length ? <div className={`${css.cards} ${css.notes}`}><Notes notes={detail.note} /></div> : null}
          <div className={css.codes}><Codes entry={entry} details={detail.details} title={t('result.codes')} /></div>
        </div>
      )}
    </div>
  )
}

/** A word to the clinic about it. What it is about goes along beside the address, which holds no health fact. */
function AskAbout({ title, at }: { title: string; at: string | undefined }) {
  const { t, locale, clock } = useWords()
  const { patient, acting, subject } = useSubject()
  if (acting && !subject?.grant?.can.includes('messages')) return null
  const date = longDate(at, locale, clock.zone)
  return (
    <div className={css.ask}>
      <LinkButton variant="default" icon="chat" wide to="/p/$patient/messages/new" params={{ patient }} state={{ begin: { topic: 'results', text: date ? t('result.askText', { title, date }) : `${title}: ` } }}>{t('result.ask')}</LinkButton>
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
  const { t } = useWords()
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
              <h2 className={css.partName}>{partTitle(part.title, t)}{own !== 'unknown' && <MeaningWord level={own} />}</h2>
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
      {(entry.value?.number !== undefined || entry.range) && (
        <div className={css.bar}><RangeBar number={entry.value?.number} shown={shown} range={entry.range} level={level} /></div>
      )}
    </>
  )
}
