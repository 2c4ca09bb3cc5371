import type { Entry, ResultLine } from '../api/types'
import { levelOfEntry, toneOf, type Level } from '../format/meaning'
import { conditionKey, nameKey, plainTitle } from '../format/titles'
import { bareValue, valueText } from '../format/value'
import type { en } from '../i18n/en'
import type { detail } from '../i18n/en/detail'
import type { IconName } from '../ui/Icon'
import type { Words } from '../ui/useWords'

type T = Words['t']

/** Our own name where we have one, else the recorded one without its coding tail. */
export function titleOf(entry: Pick<Entry, 'title' | 'code'>, t: T): string {
  const condition = conditionKey(entry.code) as keyof typeof en.condition | undefined
  return condition ? t(`condition.${condition}`) : clinicalTitle(entry, t)
}
/** For the clinic: tests by their short name, a diagnosis exactly as it was recorded. */
export function clinicalTitle(entry: Pick<Entry, 'title' | 'code'>, t: T): string {
  const key = nameKey(entry.code) as keyof typeof en.name | undefined
  return key ? t(`name.${key}`) : plainTitle(entry.title)
}
/** The recorded name of a diagnosis, when the title says it in other words. */
export const recordedName = (entry: Pick<Entry, 'title' | 'code'>): string => (conditionKey(entry.code) ? plainTitle(entry.title) : '')

/** How the whole entry compares: of a panel, its member farthest from usual. */
export function entryLevel(entry: Entry): Level {
  const own = levelOfEntry(entry)
  if (own !== 'unknown' || !entry.children?.length) return own
  const members = entry.children.map(levelOfEntry)
  return members.find((level) => toneOf(level) === 'urgent') ?? members.find((level) => toneOf(level) === 'look') ?? (entry.outOfRange ? 'abnormal' : 'unknown')
}

/** A test of several values; it stands for them and has no value of its own. */
const isPanel = (entry: Entry): boolean => entry.kind === 'DiagnosticReport' || Boolean(entry.children?.length) || entry.outOfRange !== undefined

const withLevel = (entry: Entry, t: T): string => {
  const level = levelOfEntry(entry)
  const name = titleOf(entry, t)
  return toneOf(level) === 'plain' ? name : t(`titleLevel.${level}`, { name })
}

/** The outcome in the title: "Potassium: a little high". A panel keeps its name; its line says what came out. */
export function headline(entry: Entry, t: T): string {
  if (entry.series) return t('record.homeTitle', { name: titleOf(entry, t), value: bareValue(entry.value) })
  return isPanel(entry) ? titleOf(entry, t) : withLevel(entry, t)
}

/** The one line under the title. */
export function subline(entry: Entry, t: T): string {
  if (entry.series) return seriesLine(entry, entry.series, t)
  if (isPanel(entry) && !entry.value) return panelLine(entry, t) || (entry.text ?? '')
  if (entry.value) return valueText(entry.value)
  const why = entry.section === 'medicines' ? medicineWhy(entry, t) : entry.reason && plainTitle(entry.reason)
  return [recordedName(entry), entry.text, why].filter(Boolean).join('. ')
}

/** What a medicine is for, or why it was stopped. */
export function medicineWhy(entry: Entry, t: T): string {
  if (!entry.active && entry.stopReason) return t('record.stopWhy', { text: plainTitle(entry.stopReason) })
  return entry.reason ? t('record.reason', { text: plainTitle(entry.reason) }) : ''
}

function panelLine(entry: Entry, t: T): string {
  const out = entry.outOfRange ?? 0
  const usual = entry.usual ?? 0
  if (out === 0) return usual > 0 ? t('panel.allUsual', { count: usual }) : entry.children?.length ? t('panel.values', { count: entry.children.length }) : ''
  const outside = entry.children?.filter((child) => toneOf(levelOfEntry(child)) !== 'plain') ?? []
  const first = out === 1 && outside.length === 1 && outside[0] ? `${withLevel(outside[0], t)}.` : t('panel.out', { count: out })
  return usual > 0 ? `${first} ${t('panel.rest', { count: usual })}` : first
}

function seriesLine(entry: Entry, { count, from, to }: NonNullable<Entry['series']>, t: T): string {
  const days = Math.round((dayOf(to) - dayOf(from)) / 86_400_000) + 1
  const average = days > 1 ? t('record.homeDays', { readings: count, days }) : t('record.homeDay', { readings: count })
  const level = levelOfEntry(entry)
  return toneOf(level) === 'plain' ? average : `${average} ${t(`level.${level}`)}.`
}
const dayOf = (at: string): number => Date.parse(at.slice(0, 10))

/** A status in the reader's words, when it says something that the place in the list does not. */
export function statusWord(status: string | undefined, t: T): string {
  if (!status) return ''
  const known = status as keyof typeof detail.status
  return t(`status.${known}`, { defaultValue: status })
}
export function severityWord(severity: string | undefined, t: T): string {
  if (!severity) return ''
  const known = severity.toLowerCase() as keyof typeof detail.severity
  return t(`severity.${known}`, { defaultValue: plainTitle(severity) })
}

const bySection: Partial<Record<Entry['section'], IconName>> = {
  results: 'flask', vitals: 'pulse', medicines: 'pill', immunizations: 'syringe', conditions: 'heart', allergies: 'alert', visits: 'calendar', documents: 'letter', careplan: 'target',
}
export const iconOf = (entry: Pick<Entry, 'section'>): IconName => bySection[entry.section] ?? 'record'

/** The kind of result an entry belongs to, so that its page can show it over the years. */
export function lineOf(entry: Entry, lines: ResultLine[]): ResultLine | undefined {
  return (
    lines.find((line) => line.latest.ref === entry.ref) ??
    (entry.code ? lines.find((line) => line.latest.code?.code === entry.code?.code && line.latest.code?.system === entry.code?.system) : undefined)
  )
}
