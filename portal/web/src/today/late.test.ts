import { describe, expect, it } from 'vitest'
import type { DayItem } from '../booking/types'
import { lateDays } from './late'

const item = (doctor: string, more: Partial<DayItem> = {}) => ({ mode: 'video', status: 'booked', visit: 'scheduled', practitioner: { id: doctor, name: `Dr. ${doctor}` }, ...more }) as DayItem
const desk = { holds: false, alone: false }
const nurse = { holds: true, alone: false, practitioner: 'nurse' }
const ids = (items: DayItem[], reader: Parameters<typeof lateDays>[1]) => lateDays(items, reader).map(({ id }) => id)

describe('whose day is late', () => {
  it('is said by the front desk for whoever has somebody to tell', () => {
    expect(lateDays([item('Park', { behindMinutes: 5 }), item('Hale', { visit: 'waiting', behindMinutes: 10 }), item('Park', { behindMinutes: 15 })], desk)).toEqual([{ id: 'Hale', name: 'Dr. Hale', behind: 10 }, { id: 'Park', name: 'Dr. Park', behind: 15 }])
  })
  it('is said of nobody who has nothing to come by video', () => {
    expect(ids([item('Hale', { visit: 'ended' }), item('Park', { mode: 'clinic' }), item('Cole', { status: 'cancelled' }), item('Diaz', { visit: 'live' })], desk)).toEqual([])
  })
  it('is said by a nurse for others, and for their own day where there is one', () => {
    expect(ids([item('Hale')], nurse)).toEqual(['Hale'])
    expect(ids([item('Hale'), item('nurse')], nurse)).toEqual(['', 'Hale'])
    expect(ids([], nurse)).toEqual([''])
  })
  it('is one’s own where the page lists only that', () => expect(lateDays([item('Hale', { behindMinutes: 30 })], { holds: true, alone: true })).toEqual([{ id: '', name: '', behind: 30 }]))
})
