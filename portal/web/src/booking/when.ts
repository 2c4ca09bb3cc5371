import type { Clock } from '../format/date'
import { capital, tagOf } from '../format/locale'
import { timeOf } from '../format/date'
import type { Slot } from './types'

/** The day of a moment where the reader is: "2026-11-24". */
export const dayOf = (at: string | Date, zone?: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at))

/** The day so many days later; days have no zone, so that no clock change can skip one. */
export function addDays(day: string, by: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + by)
  return date.toISOString().slice(0, 10)
}

/** "Tuesday, November 24", and the year only when it is another one. */
export function weekdayDate(day: string, locale: string, clock: Clock): string {
  const date = new Date(`${day}T00:00:00Z`)
  const year = day.slice(0, 4) === dayOf(clock.now, clock.zone).slice(0, 4) ? undefined : 'numeric'
  return capital(new Intl.DateTimeFormat(tagOf(locale), { timeZone: 'UTC', weekday: 'long', month: 'long', day: 'numeric', year }).format(date))
}

/** "in 40 minutes", "in 3 hours"; nothing when it is further away or over. */
export function soon(at: string, locale: string, now: Date): string {
  const minutes = Math.round((Date.parse(at) - now.getTime()) / 60_000)
  if (minutes < 1 || minutes >= 12 * 60) return ''
  const write = new Intl.RelativeTimeFormat(tagOf(locale), { numeric: 'always' })
  return minutes < 60 ? write.format(minutes, 'minute') : write.format(Math.round(minutes / 60), 'hour')
}

/** Whether a clock at the clinic shows another time than the reader's. */
export const zonesDiffer = (at: string, clinicZone: string | undefined, zone?: string): boolean =>
  Boolean(clinicZone) && (timeOf(at, clinicZone) !== timeOf(at, zone) || dayOf(at, clinicZone) !== dayOf(at, zone))

/** Every free time after now, the earliest first; of several people who are free at once, one. */
export function freeTimes(pages: { days: { slots: Slot[] }[] }[], now: Date, anyone: boolean, taken?: Slot): Slot[] {
  const all = pages.flatMap((page) => page.days).flatMap((day) => day.slots).filter((slot) => Date.parse(slot.start) > now.getTime() && slot.id !== taken?.id)
  all.sort((a, b) => Date.parse(a.start) - Date.parse(b.start) || a.practitioner.localeCompare(b.practitioner))
  return anyone ? all.filter((slot, at) => slot.start !== all[at - 1]?.start) : all
}

/** The same by days where the reader is. */
export function byDay(slots: Slot[], zone?: string): { day: string; slots: Slot[] }[] {
  const days = new Map<string, Slot[]>()
  for (const slot of slots) {
    const day = dayOf(slot.start, zone)
    days.set(day, [...(days.get(day) ?? []), slot])
  }
  return [...days].map(([day, times]) => ({ day, slots: times }))
}

/** What is still free in place of a time that somebody else took: the first one at or after it, else the last before. */
export function nextFree(slots: Slot[], taken: Slot | undefined): Slot | undefined {
  if (!taken) return slots[0]
  return slots.find((slot) => slot.id !== taken.id && Date.parse(slot.start) >= Date.parse(taken.start)) ?? slots.findLast((slot) => slot.id !== taken.id)
}
