import { capital, tagOf } from './locale'

export type Precision = 'year' | 'month' | 'day' | 'time'
export interface When { date: Date; precision: Precision }

/** Where and when the reader is; given from outside so that tests can stand still. */
export interface Clock { now: Date; zone?: string }
export const clockNow = (): Clock => ({ now: new Date() })

/**
 * Reads a FHIR date as precisely as it was recorded (FHIR R4, datatypes, date and dateTime).
 * "2011" stays a year: it never turns into January 1.
 */
export function parseWhen(text: string | undefined): When | undefined {
  if (!text) return undefined
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
  if (match) {
    const [, year, month, day] = match
    const date = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)))
    return { date, precision: day ? 'day' : month ? 'month' : 'year' }
  }
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : { date, precision: 'time' }
}

// A recorded day is the same day everywhere; only a moment has a zone.
const zoneOf = (when: When, zone?: string) => (when.precision === 'time' ? zone : 'UTC')

function write(when: When, locale: string, options: Intl.DateTimeFormatOptions, zone?: string): string {
  return new Intl.DateTimeFormat(tagOf(locale), { ...options, timeZone: zoneOf(when, zone) }).format(when.date)
}

const byPrecision = (when: When, day: Intl.DateTimeFormatOptions): Intl.DateTimeFormatOptions =>
  when.precision === 'year' ? { year: 'numeric' }
  : when.precision === 'month' ? { year: 'numeric', month: day.month ?? 'long' }
  : day

/** "Friday, November 20, 2026" */
export function fullDate(text: string | undefined, locale: string, zone?: string): string {
  const when = parseWhen(text)
  return when ? capital(write(when, locale, byPrecision(when, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }), zone)) : ''
}

/** "November 20, 2026" */
export function longDate(text: string | undefined, locale: string, zone?: string): string {
  const when = parseWhen(text)
  return when ? write(when, locale, byPrecision(when, { year: 'numeric', month: 'long', day: 'numeric' }), zone) : ''
}

/** "Nov 20, 2026", for tables only. */
export function shortDate(text: string | undefined, locale: string, zone?: string): string {
  const when = parseWhen(text)
  return when ? write(when, locale, byPrecision(when, { year: 'numeric', month: 'short', day: 'numeric' }), zone) : ''
}

/** "November 2026" */
export function monthOf(text: string | undefined, locale: string, zone?: string): string {
  const when = parseWhen(text)
  if (!when) return ''
  return capital(write(when, locale, when.precision === 'year' ? { year: 'numeric' } : { year: 'numeric', month: 'long' }, zone))
}

/** "2011" */
export function yearOf(text: string | undefined, zone?: string): string {
  const when = parseWhen(text)
  return when ? write(when, 'en', { year: 'numeric' }, zone) : ''
}

/** The day as a number and its weekday, for the timeline's left column. Empty when it is not known. */
export function dayParts(text: string | undefined, locale: string, zone?: string): { day: string; weekday: string; weekdayShort: string } {
  const when = parseWhen(text)
  if (!when || when.precision === 'year' || when.precision === 'month') return { day: '', weekday: '', weekdayShort: '' }
  return {
    day: write(when, 'en', { day: 'numeric' }, zone),
    weekday: capital(write(when, locale, { weekday: 'long' }, zone)),
    weekdayShort: capital(write(when, locale, { weekday: 'short' }, zone)).replace('.', ''),
  }
}

/** "9:24 AM"; in Spanish as well, because that is how clinics here write it. */
export function timeOf(text: string | undefined, zone?: string): string {
  const when = parseWhen(text)
  if (!when || when.precision !== 'time') return ''
  return write(when, 'en', { hour: 'numeric', minute: '2-digit' }, zone).replaceAll('\u202f', ' ')
}

const dayKey = (date: Date, zone?: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(date)

/** How many days ago in the reader's zone, 0 for today. */
export function daysAgo(text: string, clock: Clock): number {
  const when = parseWhen(text)
  if (!when) return Number.NaN
  const day = Date.parse(dayKey(when.date, zoneOf(when, clock.zone)))
  return Math.round((Date.parse(dayKey(clock.now, clock.zone)) - day) / 86_400_000)
}

/** Words for today and yesterday come from the reader's language. */
export interface DayWords { today: string; yesterday: string }

/** "Today, 9:24 AM", "Yesterday, 5:41 PM", "Saturday, November 21, 2:10 AM" */
export function moment(text: string | undefined, locale: string, words: DayWords, clock: Clock): string {
  const when = parseWhen(text)
  if (!text || !when) return ''
  const ago = daysAgo(text, clock)
  const sameYear = dayKey(when.date, clock.zone).slice(0, 4) === dayKey(clock.now, clock.zone).slice(0, 4)
  const day =
    ago === 0 ? words.today
    : ago === 1 ? words.yesterday
    : capital(write(when, locale, byPrecision(when, { ...(ago < 7 && ago > 0 && { weekday: 'long' }), month: 'long', day: 'numeric', ...(!sameYear && { year: 'numeric' }) }), clock.zone))
  const time = timeOf(text, clock.zone)
  return time ? `${day}, ${time}` : day
}

/** Like moment, but only the day: "Today", "Yesterday", "November 12". */
export function dayWord(text: string | undefined, locale: string, words: DayWords, clock: Clock): string {
  const when = parseWhen(text)
  if (!text || !when) return ''
  if (when.precision === 'year' || when.precision === 'month') return longDate(text, locale)
  const ago = daysAgo(text, clock)
  return ago === 0 ? words.today : ago === 1 ? words.yesterday : longDate(text, locale, clock.zone)
}

/** Morning until noon, afternoon until six. */
export function partOfDay(clock: Clock): 'morning' | 'afternoon' | 'evening' {
  const hour = Number(new Intl.DateTimeFormat('en-US', { timeZone: clock.zone, hour: 'numeric', hourCycle: 'h23' }).format(clock.now))
  return hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening'
}
