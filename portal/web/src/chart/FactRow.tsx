import type { Entry } from '../api/types'
import { longDate } from '../format/date'
import { splitRef } from '../format/entry'
import { toneOf } from '../format/meaning'
import { saysNone } from '../format/titles'
import { Dot } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { DiffersLine } from '../ui/DiffersLine'
import { SourceLine } from '../ui/SourceLine'
import { useWords, type Words } from '../ui/useWords'
import { entryLevel, headline, iconOf, medicineWhy, recordedName, severityWord, subline } from './entryWords'

/** One fact of a section: its name in full, what belongs under it, since when, from where. */
export function FactRow({ patient, entry }: { patient: string; entry: Entry }) {
  const words = useWords()
  const { type, id } = splitRef(entry.ref)
  const tone = entry.section === 'allergies' && entry.active && !saysNone(entry.code) ? 'urgent' : toneOf(entryLevel(entry))
  const lines = factLines(entry, words)
  return (
    <LinkRow
      to="/p/$patient/entries/$type/$id" params={{ patient, type, id }} title={headline(entry, words.t)}
      text={lines.map((line) => <span key={line} style={{ display: 'block' }}>{line}</span>)}
      below={<><SourceLine sources={entry.sources} /><DiffersLine differs={entry.differs} /></>} lead={<Dot tone={tone}><Icon name={iconOf(entry)} /></Dot>}
    />
  )
}

function factLines(entry: Entry, { t, locale, clock }: Words): string[] {
  const at = longDate(entry.at, locale, clock.zone)
  const end = longDate(entry.end, locale, clock.zone)
  const lines: (string | false | undefined)[] = []
  switch (entry.section) {
    case 'medicines':
      lines.push(entry.text, medicineWhy(entry, t), entry.active ? at && t('record.startedOn', { date: at }) : end ? t('record.stoppedOn', { date: end }) : at)
      break
    case 'allergies':
      lines.push([severityWord(entry.severity, t), entry.text].filter(Boolean).join(': '), at && t('record.startedOn', { date: at }))
      break
    case 'conditions':
      lines.push(recordedName(entry), severityWord(entry.severity, t), entry.active ? at && t('record.startedOn', { date: at }) : end ? t('record.resolvedOn', { date: end }) : at)
      break
    default:
      lines.push(subline(entry, t), [at, entry.who].filter(Boolean).join(' · '))
  }
  return lines.filter((line): line is string => Boolean(line))
}
