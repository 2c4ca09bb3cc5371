import type { Entry } from '../../api/types'
import { fullDate, timeOf } from '../../format/date'
import { capital } from '../../format/locale'
import { plainTitle } from '../../format/titles'
import { valueText } from '../../format/value'
import { DiffersLine } from '../../ui/DiffersLine'
import { SourceLine } from '../../ui/SourceLine'
import { useWords, type Words } from '../../ui/useWords'
import { severityWord, statusWord } from '../entryWords'
import css from '../result/result.module.css'

/** The plain facts of an entry that is not a value: how, why, since when, by whom, where. */
export function Facts({ entry, history }: { entry: Entry; history: number }) {
  const words = useWords()
  const { t } = words
  const pairs = pairsOf(entry, words)
  const changes = history - 1
  return (
    <section className={css.card} aria-label={t('entry.summary')}>
      <dl>
        {pairs.map(([label, value], at) => (
          <div key={label} className={css.pair} style={at === 0 ? { borderTop: 0, paddingTop: 0 } : undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <SourceLine sources={entry.sources} />
      <DiffersLine differs={entry.differs} />
      {changes > 0 && <p className={`meta ${css.sub}`}>{t('entry.corrected', { count: changes })}</p>}
    </section>
  )
}

function pairsOf(entry: Entry, { t, locale, clock }: Words): [string, string][] {
  const medicine = entry.section === 'medicines'
  const lasting = medicine || entry.section === 'conditions' || entry.section === 'allergies' || entry.section === 'careplan'
  const textLabel = medicine ? t('entry.dosage') : entry.section === 'allergies' ? t('entry.reaction') : t('entry.summary')
  const started = fullDate(entry.at, locale, clock.zone)
  const ended = fullDate(entry.end, locale, clock.zone)
  // A visit begins and ends on one day: then its hours say more.
  const sameDay = started === ended
  const pairs: [string, string | undefined][] = [
    [t('entry.status'), statusWord(entry.status, t)],
    [t('result.value'), valueText(entry.value)],
    [textLabel, entry.text],
    [t('entry.severity'), severityWord(entry.severity, t)],
    [t('entry.why'), entry.reason && capital(plainTitle(entry.reason))],
    [t('entry.stopWhy'), entry.stopReason && capital(plainTitle(entry.stopReason))],
    [lasting ? t('entry.started') : t('entry.when'), sameDay ? [started, timeOf(entry.at, clock.zone)].filter(Boolean).join(', ') : started],
    [t('entry.ended'), sameDay ? timeOf(entry.end, clock.zone) : ended],
    [t('entry.who'), entry.who],
    [t('entry.where'), entry.place],
  ]
  return pairs.filter((pair): pair is [string, string] => Boolean(pair[1]))
}
