import { describe, expect, it } from 'vitest'
import { lastMine, messagesOf, namesDay, newestOfOthers, readersOf, stillGoing } from './lines'
import { Outbox } from './outbox'
import { fit } from './photo'
import type { Message, Thread, ThreadPage } from './types'

const author = (name: string, side: 'patient' | 'clinic'): Message['from'] => ({ name, role: side === 'clinic' ? 'nurse' : 'patient', side })
const message = (id: string, mine: boolean, more: Partial<Message> = {}): Message => ({
  id, thread: 't', at: '2026-11-23T15:00:00Z', from: author(mine ? 'Rosa' : 'Tobias', mine ? 'patient' : 'clinic'), mine, text: id, attachments: [], readBy: [], ...more,
})
const page = (...messages: Message[]): ThreadPage => ({ thread: {} as Thread, messages })

describe('the lines of a conversation', () => {
  it('puts the older page first, and what came twice once', () => {
    expect(messagesOf([page(message('b', true), message('c', false)), page(message('a', false), message('b', true))]).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })
  it('finds what carries the state, and what is to be told as read', () => {
    const all = [message('a', false), message('b', true), message('c', true), message('d', false)]
    expect(lastMine(all)).toBe('c')
    expect(newestOfOthers(all)).toBe('d')
    expect(newestOfOthers([message('b', true)])).toBeUndefined()
  })
  it('names a day with its first message', () => {
    const clock = { now: new Date('2026-11-23T18:00:00Z'), zone: 'America/Chicago' }
    expect(namesDay('2026-11-23T15:00:00Z', undefined, clock)).toBe(true)
    expect(namesDay('2026-11-23T15:00:00Z', '2026-11-23T07:00:00Z', clock)).toBe(false)
    expect(namesDay('2026-11-23T15:00:00Z', '2026-11-23T05:00:00Z', clock)).toBe(true)
  })
  it('tells readers of the other side only, the first one first', () => {
    const read = (name: string, side: 'patient' | 'clinic', at: string) => ({ name, role: 'nurse' as const, side, at })
    const one = message('a', true, { readBy: [read('Late', 'clinic', '2026-11-23T16:00:00Z'), read('Daughter', 'patient', '2026-11-23T15:01:00Z'), read('Early', 'clinic', '2026-11-23T15:02:00Z')] })
    expect(readersOf(one).map(({ name }) => name)).toEqual(['Early', 'Late'])
  })
})

describe('the outbox', () => {
  const going = (id: string, thread = 't') => ({ id, patient: 'p', thread, text: 'x', attachments: [], at: '2026-11-23T15:00:00Z' })
  it('keeps a message until it arrived, and its id however often it goes', () => {
    const box = new Outbox()
    box.open('somebody')
    box.add(going('a'))
    box.failed('t', 'a', 'away', true)
    expect(box.waiting().map(({ id }) => id)).toEqual(['a'])
    expect(box.again('t', 'a')).toMatchObject({ id: 'a', state: 'sending' })
    expect(box.waiting()).toEqual([])
    expect(stillGoing(box.of('t'), [message('a', true)])).toEqual([])
    box.arrived('t', 'a')
    expect(box.of('t')).toEqual([])
  })
  it('sends what cannot wait only when the writer says so, and then at once', () => {
    const box = new Outbox()
    box.open('somebody')
    box.add(going('a'))
    box.failed('t', 'a', 'call first', false, 'emergency')
    expect(box.waiting()).toEqual([])
    expect(box.again('t', 'a')).toMatchObject({ state: 'sending', told: true, call: undefined })
    box.failed('t', 'a', 'away', true)
    expect(box.waiting()).toMatchObject([{ id: 'a', told: true }])
  })
  it('sends nothing by itself that was refused', () => {
    const box = new Outbox()
    box.open('somebody')
    box.add(going('a'))
    box.failed('t', 'a', 'too long', false)
    expect(box.waiting()).toEqual([])
  })
  it('gives nothing to whoever signs in next', () => {
    const box = new Outbox()
    box.open('somebody')
    box.add(going('a'))
    box.open('another')
    expect(box.of('t')).toEqual([])
  })
})

it('makes a photo smaller and never larger', () => {
  expect(fit(4000, 3000)).toEqual({ width: 2000, height: 1500 })
  expect(fit(640, 480)).toEqual({ width: 640, height: 480 })
})
