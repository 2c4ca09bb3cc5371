import { describe, expect, it } from 'vitest'
import type { Slot } from './types'
import { addDays, byDay, dayOf, freeTimes, nextFree, soon, weekdayDate, zonesDiffer } from './when'

const slot = (id: string, start: string, practitioner = 'a'): Slot => ({ id, start, end: start, practitioner, modes: ['video'] })
const now = new Date('2026-11-24T15:00:00Z')

describe('days and times of visits', () => {
  it('names the day where the reader is', () => {
    expect(dayOf('2026-11-25T03:00:00Z', 'America/Chicago')).toBe('2026-11-24')
    expect(dayOf('2026-11-25T03:00:00Z', 'Europe/Madrid')).toBe('2026-11-25')
  })
  it('counts days over the end of a year and a change of clocks', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2026-03-08', 1)).toBe('2026-03-09')
    expect(addDays('2026-11-01', -1)).toBe('2026-10-31')
  })
  it('writes the year only when it is another one', () => {
    const clock = { now, zone: 'America/Chicago' }
    expect(weekdayDate('2026-11-25', 'en', clock)).toBe('Wednesday, November 25')
    expect(weekdayDate('2027-01-04', 'en', clock)).toBe('Monday, January 4, 2027')
    expect(weekdayDate('2026-11-25', 'es', clock)).toBe('Miércoles, 25 de noviembre')
  })
  it('says how soon it is, when it is soon', () => {
    expect(soon('2026-11-24T15:40:00Z', 'en', now)).toBe('in 40 minutes')
    expect(soon('2026-11-24T17:50:00Z', 'es', now)).toBe('dentro de 3 horas')
    expect(soon('2026-11-26T15:00:00Z', 'en', now)).toBe('')
    expect(soon('2026-11-24T14:00:00Z', 'en', now)).toBe('')
  })
  it('knows when a clock at the clinic shows another time', () => {
    expect(zonesDiffer('2026-11-24T15:00:00Z', 'America/Chicago', 'America/New_York')).toBe(true)
    expect(zonesDiffer('2026-11-24T15:00:00Z', 'America/Chicago', 'America/Winnipeg')).toBe(false)
    expect(zonesDiffer('2026-11-24T15:00:00Z', undefined, 'America/Winnipeg')).toBe(false)
  })
})

describe('free times', () => {
  const list = [slot('3', '2026-11-24T17:00:00Z', 'b'), slot('1', '2026-11-24T14:00:00Z'), slot('2', '2026-11-24T17:00:00Z', 'a'), slot('4', '2026-11-25T16:00:00Z')]
  it('leaves out what is over, earliest first', () => {
    expect(freeTimes([{ days: [{ slots: list }] }], now, false).map(({ id }) => id)).toEqual(['2', '3', '4'])
  })
  it('offers one of those who are free at the same time', () => {
    expect(freeTimes([{ days: [{ slots: list }] }], now, true).map(({ id }) => id)).toEqual(['2', '4'])
  })
  it('leaves out what was just taken', () => {
    expect(freeTimes([{ days: [{ slots: list }] }], now, true, list[2]).map(({ id }) => id)).toEqual(['3', '4'])
  })
  it('puts them under the reader’s days', () => {
    expect(byDay([slot('1', '2026-11-25T03:00:00Z'), slot('2', '2026-11-25T16:00:00Z')], 'America/Chicago').map(({ day }) => day)).toEqual(['2026-11-24', '2026-11-25'])
  })
  it('finds what comes next when one was taken', () => {
    const free = freeTimes([{ days: [{ slots: list }] }], now, false)
    expect(nextFree(free, slot('9', '2026-11-24T16:00:00Z'))?.id).toBe('2')
    expect(nextFree(free, free[0])?.id).toBe('3')
    expect(nextFree(free, free[2])?.id).toBe('3')
    expect(nextFree([], free[0])).toBeUndefined()
  })
})
