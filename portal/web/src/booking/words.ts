import { timeOf } from '../format/date'
import { useClinic, useWords } from '../ui/useWords'
import type { Appointment } from './types'
import { addDays, dayOf, weekdayDate, zonesDiffer } from './when'

/** Days and times of visits in the reader's words; the clinic's clock beside them when it differs. */
export function useWhenWords() {
  const { t, locale, day, dayInside, clock } = useWords()
  const clinicZone = useClinic()?.timeZone
  const today = dayOf(clock.now, clock.zone)
  const named = (key: string, words: { today: string; tomorrow: string }) =>
    key === today ? words.today : key === addDays(today, 1) ? words.tomorrow : weekdayDate(key, locale, clock)
  const tomorrow = t('home.tomorrow')
  return {
    today,
    /** "Today", "Tomorrow", "Wednesday, November 25" */
    dayTitle: (at: string) => named(at.length > 10 ? dayOf(at, clock.zone) : at, { today: day.today, tomorrow }),
    /** The same inside a sentence. */
    dayInText: (at: string) => {
      const text = named(dayOf(at, clock.zone), { today: dayInside.today, tomorrow: tomorrow.toLocaleLowerCase() })
      return locale === 'es' ? text.charAt(0).toLocaleLowerCase() + text.slice(1) : text
    },
    time: (at: string) => timeOf(at, clock.zone),
    /** "3:30 PM at the clinic", or nothing where both clocks agree. */
    atClinic: (at: string) => (zonesDiffer(at, clinicZone, clock.zone) ? timeOf(at, clinicZone) : ''),
  }
}

const doorsMs = 60 * 60_000

/** Somebody waits in it, or it goes on. */
export const underway = ({ visit }: Appointment): boolean => visit === 'live' || visit === 'waiting'

/** Whether one can go in now: the waiting room is open, and the visit is not over. */
export const doorOpen = (visit: Appointment, now: Date): boolean =>
  visit.mode === 'video' && visit.status !== 'cancelled' && visit.visit !== 'ended' && visit.joinFrom !== undefined
  && (underway(visit) || (Date.parse(visit.joinFrom) <= now.getTime() && Date.parse(visit.end) + doorsMs > now.getTime()))
