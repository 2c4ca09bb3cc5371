import type { Entry } from '../api/types'
import { dayParts, fullDate } from '../format/date'
import { levelOfEntry, toneOf } from '../format/meaning'
import { valueText } from '../format/value'
import { Dot, Tag } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { RangeBar } from '../ui/RangeBar'
import { SourceLine } from '../ui/SourceLine'
import { useWords } from '../ui/useWords'
import { EntryLink } from './EntryLink'
import { entryLevel, headline, iconOf, subline } from './entryWords'
import css from './timeline.module.css'

/** The value worth a bar: the entry's own, or the one member of a panel that is out of its range. */
function barEntry(entry: Entry): Entry | undefined {
  if (entry.value?.number !== undefined && entry.range) return entry
  const out = entry.children?.filter((child) => child.range && child.value?.number !== undefined && toneOf(levelOfEntry(child)) !== 'plain') ?? []
  return out.length === 1 ? out[0] : undefined
}

/** One day on the line. An amber diamond says: look here. */
export function TimelineEntry({ patient, entry }: { patient: string; entry: Entry }) {
  const { t, locale, clock } = useWords()
  const tone = toneOf(entryLevel(entry))
  const { day, weekday, weekdayShort } = dayParts(entry.at, locale, clock.zone)
  const bar = barEntry(entry)
  const text = subline(entry, t)
  return (
    <li className={css.entry} data-tone={tone}>
      <p className={css.date}>
        <span className="sr">{fullDate(entry.at, locale, clock.zone)}</span>
        <b aria-hidden="true">{day}</b>
        <span aria-hidden="true" className={css.weekday}>{weekday}</span>
        <span aria-hidden="true" className={css.weekdayShort}>{weekdayShort}</span>
      </p>
      <span className={css.knot} aria-hidden="true" />
      <EntryLink patient={patient} entry={entry} className={css.card}>
        <Dot tone={tone}><Icon name={iconOf(entry)} /></Dot>
        <span className={css.body}>
          <span className={css.title}>{headline(entry, t)}{entry.new && <Tag tone="accent">{t('record.newTag')}</Tag>}</span>
          {text && <span className={css.text}>{text}</span>}
          <SourceLine sources={entry.sources} />
        </span>
        {bar && (
          <span className={css.bar}>
            <RangeBar mini number={bar.value?.number} shown={valueText(bar.value)} range={bar.range} level={levelOfEntry(bar)} />
          </span>
        )}
        <Icon name="go" size={20} className={css.go} />
      </EntryLink>
    </li>
  )
}
