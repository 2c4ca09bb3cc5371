import { describe, expect, it } from 'vitest'
import type { DayItem } from '../booking/types'
import { isDone, minutesSince, nowLine, tagOf } from './state'

const item = (start: string, more: Partial<DayItem> = {}): DayItem => ({
  id: start, patient: 'p', start, end: start.replace(':00Z', ':20Z'), mode: 'video', status: 'booked', practitioner: { id: 'd', name: 'Dr. Hale', role: '' },
  patientName: 'Rosa', birthDate: '1952-03-02', sex: 'female', ...more,
})
const now = new Date('2026-11-24T15:30:00Z')

describe('a visit of the day in one word', () => {
  it.each([
    [item('2026-11-24T15:00:00Z'), 'booked'], [item('2026-11-24T15:00:00Z', { visit: 'waiting' }), 'waiting'], [item('2026-11-24T15:00:00Z', { visit: 'ended' }), 'ended'],
    [item('2026-11-24T15:00:00Z', { visit: 'ended', note: 'draft' }), 'draft'], [item('2026-11-24T15:00:00Z', { visit: 'live', note: 'draft' }), 'live'],
    [item('2026-11-24T15:00:00Z', { status: 'fulfilled', note: 'signed', visit: 'ended' }), 'signed'], [item('2026-11-24T15:00:00Z', { status: 'cancelled', visit: 'waiting' }), 'cancelled'],
  ])('%#', (visit, tag) => expect(tagOf(visit)).toBe(tag))
  it('is done when nobody will come any more', () => {
    expect(isDone(item('2026-11-24T15:00:00Z', { status: 'noshow' }))).toBe(true)
    expect(isDone(item('2026-11-24T15:00:00Z', { visit: 'live' }))).toBe(false)
  })
})

describe('the line of the present', () => {
  const day = [item('2026-11-24T14:00:00Z'), item('2026-11-24T15:00:00Z'), item('2026-11-24T16:00:00Z')]
  it('stands before what comes next, after the last at the end of the day', () => {
    expect(nowLine(day, '2026-11-24', '2026-11-24', now)).toBe(2)
    expect(nowLine(day, '2026-11-24', '2026-11-24', new Date('2026-11-24T20:00:00Z'))).toBe(3)
  })
  it('is on no other day', () => expect(nowLine(day, '2026-11-25', '2026-11-24', now)).toBe(-1))
  it('counts whole minutes of waiting', () => {
    expect(minutesSince('2026-11-24T15:25:30Z', now)).toBe(4)
    expect(minutesSince('2026-11-24T15:31:00Z', now)).toBe(0)
  })
})
