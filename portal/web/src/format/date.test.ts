import { describe, expect, it } from 'vitest'
import { dayParts, dayWord, daysAgo, fullDate, longDate, moment, monthOf, parseWhen, partOfDay, shortDate, timeOf, yearOf } from './date'

const zone = 'America/Chicago'
const clock = { now: new Date('2026-11-23T16:00:00Z'), zone }
const en = { today: 'Today', yesterday: 'Yesterday' }
const es = { today: 'Hoy', yesterday: 'Ayer' }

describe('a date is as precise as it was recorded', () => {
  it.each([
    ['2011', 'year', '2011', '2011'],
    ['2011-04', 'month', 'April 2011', 'abril de 2011'],
    ['2011-04-09', 'day', 'April 9, 2011', '9 de abril de 2011'],
    ['2011-04-09T03:00:00Z', 'time', 'April 8, 2011', '8 de abril de 2011'],
  ])('%s', (text, precision, english, spanish) => {
    expect(parseWhen(text)?.precision).toBe(precision)
    expect(longDate(text, 'en', zone)).toBe(english)
    expect(longDate(text, 'es', zone)).toBe(spanish)
  })
  it('is empty for what is no date', () => {
    expect(longDate('soon', 'en')).toBe('')
    expect(longDate(undefined, 'en')).toBe('')
  })
})

it('writes dates out, in both languages', () => {
  expect(fullDate('2026-11-20', 'en')).toBe('Friday, November 20, 2026')
  expect(fullDate('2026-11-20', 'es')).toBe('Viernes, 20 de noviembre de 2026')
  expect(shortDate('2026-11-20', 'en')).toBe('Nov 20, 2026')
  expect(monthOf('2026-11-20', 'en')).toBe('November 2026')
  expect(monthOf('2026-11-20', 'es')).toBe('Noviembre de 2026')
  expect(yearOf('2011-04')).toBe('2011')
})

it('keeps a recorded day in every zone, and moves a moment into the reader’s', () => {
  expect(dayParts('2026-11-20', 'en', 'Pacific/Kiritimati')).toEqual({ day: '20', weekday: 'Friday', weekdayShort: 'Fri' })
  expect(dayParts('2026-11-20T02:00:00Z', 'en', zone).day).toBe('19')
  expect(dayParts('2026-11', 'en')).toEqual({ day: '', weekday: '', weekdayShort: '' })
})

it('names today and yesterday, then the weekday, then the date', () => {
  expect(moment('2026-11-23T15:24:00Z', 'en', en, clock)).toBe('Today, 9:24 AM')
  expect(moment('2026-11-22T23:41:00Z', 'en', en, clock)).toBe('Yesterday, 5:41 PM')
  expect(moment('2026-11-21T08:10:00Z', 'en', en, clock)).toBe('Saturday, November 21, 2:10 AM')
  expect(moment('2026-10-01T17:00:00Z', 'en', en, clock)).toBe('October 1, 12:00 PM')
  expect(moment('2025-10-01T17:00:00Z', 'en', en, clock)).toBe('October 1, 2025, 12:00 PM')
  expect(moment('2026-11-23T15:24:00Z', 'es', es, clock)).toBe('Hoy, 9:24 AM')
  expect(dayWord('2026-11-22', 'en', en, clock)).toBe('Yesterday')
  expect(dayWord('2011-04', 'en', en, clock)).toBe('April 2011')
})

it('counts days over a change of the clocks', () => {
  expect(daysAgo('2026-10-31', { now: new Date('2026-11-02T12:00:00Z'), zone })).toBe(2)
  expect(daysAgo('2026-11-23T05:59:00Z', clock)).toBe(1)
  expect(daysAgo('2026-11-23T06:01:00Z', clock)).toBe(0)
})

it('greets by the reader’s hour', () => {
  expect(partOfDay({ now: new Date('2026-11-23T17:59:00Z'), zone })).toBe('morning')
  expect(partOfDay({ now: new Date('2026-11-23T18:00:00Z'), zone })).toBe('afternoon')
  expect(partOfDay({ now: new Date('2026-11-24T00:00:00Z'), zone })).toBe('evening')
})

it('has a time only where one was recorded', () => {
  expect(timeOf('2026-11-23', zone)).toBe('')
  expect(timeOf('2026-11-23T15:05:00Z', zone)).toBe('9:05 AM')
})
