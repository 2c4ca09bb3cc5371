import { describe, expect, it } from 'vitest'
import type { DayGroup, DayItem } from '../booking/types'
import { isDone, isLineDone, linesOf, minutesSince, nowLine, tagOf, tagOfGroup, waitingTogether, wantsNote, whoseAtFirst, withoutNotes } from './state'

const item = (start: string, more: Partial<DayItem> = {}): DayItem => ({
  id: start, patient: 'p', start, end: start.replace(':00Z', ':20Z'), mode: 'video', status: 'booked', practitioner: { id: 'd', name: 'Dr. Hale', role: '' },
  patientName: 'Rosa', birthDate: '1952-03-02', sex: 'female', ...more,
})
const now = new Date('2026-11-24T15:30:00Z')

describe('whose day is shown at first', () => {
  it.each([[['clinician'], 'me'], [['clinician', 'frontdesk'], 'me'], [['nurse'], 'all'], [['frontdesk'], 'all'], [['nurse', 'privacy'], 'all']])('%j: %s', (roles, whose) => expect(whoseAtFirst(roles)).toBe(whose))
})

describe('what is over, for those who see no notes', () => {
  it('is done, and wants no note', () => {
    const over = item('2026-11-24T15:00:00Z', { visit: 'ended', status: 'fulfilled' })
    expect([tagOf(over), wantsNote(over)]).toEqual(['ended', true])
    const [seen] = withoutNotes([over])
    expect([tagOf(seen!), wantsNote(seen!), isDone(seen!)]).toEqual(['fulfilled', false, true])
  })
  it.each([[{ status: 'noshow' as const, visit: 'ended' as const }, 'noshow'], [{ visit: 'waiting' as const }, 'waiting'], [{ visit: 'ended' as const, absent: true }, 'absent'], [{}, 'booked']])('%j: %s', (more, tag) => {
    expect(withoutNotes([item('2026-11-24T15:00:00Z', more)]).map(tagOf)).toEqual([tag])
  })
})

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

describe('a group in the day', () => {
  const group = (more: Partial<DayGroup> = {}): DayGroup => ({
    id: 'g', subject: 'Breathing', start: '2026-11-24T15:30:00Z', end: '2026-11-24T16:30:00Z', practitioner: { id: 'd', name: 'Dr. Hale', role: '' }, status: 'booked', visit: 'scheduled', places: 8, booked: 2, expected: 2, waiting: 0, came: 0, missed: 0, ...more,
  })
  const member = (id: string, more: Partial<DayItem> = {}) => item('2026-11-24T15:30:00Z', { id, group: { id: 'g', places: 8 }, ...more })
  const alone = [item('2026-11-24T15:00:00Z'), item('2026-11-24T16:00:00Z')]
  it('is one line, in its order, with its members in it', () => {
    const lines = linesOf({ items: [alone[0]!, member('a'), member('b'), alone[1]!], groups: [group()] })
    expect(lines.map(({ key }) => key)).toEqual([alone[0]!.id, 'g', alone[1]!.id])
    expect(lines[1]!.group && lines[1]!.members.map(({ id }) => id)).toEqual(['a', 'b'])
  })
  it('leaves members as they are where the reader may not open it', () => {
    expect(linesOf({ items: [member('a'), member('b')], groups: [] })).toHaveLength(2)
  })
  it('has a line before anybody is added', () => expect(linesOf({ items: [], groups: [group()] })).toHaveLength(1))
  it('wants a note of who was in it, and of no other', () => {
    const over = group({ visit: 'ended' })
    expect(tagOfGroup(over, [member('a', { visit: 'ended', note: 'signed' }), member('b', { visit: 'ended', absent: true })])).toBe('fulfilled')
    expect(tagOfGroup(over, [member('a', { visit: 'ended' }), member('b', { visit: 'ended', note: 'draft' })])).toBe('ended')
    expect(tagOf(member('b', { visit: 'ended', absent: true }))).toBe('absent')
    expect(isLineDone(linesOf({ items: [], groups: [over] })[0]!)).toBe(true)
  })
  it('is one card among those who wait', () => {
    const waits = (one: DayItem) => ({ ...one, people: [] })
    const cards = waitingTogether([waits(member('a')), waits(alone[0]!), waits(member('b'))], [group()])
    expect(cards.map(({ items }) => items.map(({ id }) => id))).toEqual([['a', 'b'], [alone[0]!.id]])
  })
})
