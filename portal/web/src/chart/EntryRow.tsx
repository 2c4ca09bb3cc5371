import type { Entry } from '../api/types'
import { dayWord } from '../format/date'
import { splitRef } from '../format/entry'
import { toneOf } from '../format/meaning'
import { Dot } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { useWords } from '../ui/useWords'
import { entryLevel, headline, iconOf, subline } from './entryWords'

/** One entry as a line of a list, with its icon and the day. */
export function EntryRow({ patient, entry }: { patient: string; entry: Entry }) {
  const { t, locale, day, clock } = useWords()
  const tone = toneOf(entryLevel(entry))
  const { type, id } = splitRef(entry.ref)
  const text = [subline(entry, t).replace(/\.$/, ''), dayWord(entry.at, locale, day, clock)].filter(Boolean).join('. ')
  return (
    <LinkRow
      to="/p/$patient/entries/$type/$id" params={{ patient, type, id }} title={headline(entry, t)} text={text}
      lead={<Dot tone={tone}><Icon name={iconOf(entry)} /></Dot>}
    />
  )
}
