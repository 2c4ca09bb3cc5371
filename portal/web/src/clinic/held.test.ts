import { describe, expect, it } from 'vitest'
import type { Room } from '../cockpit/useRoom'
import { HeldVisits } from './held'

const room = (joined: boolean, left: string[] = [], name = '') => ({ joined, visit: { patientName: name }, leave: () => left.push(name) }) as unknown as Room

describe('visits that go on beside the pages', () => {
  it('are held while their page is open, and after that as long as one is in them', () => {
    const held = new HeldVisits()
    const close = held.open('p', 'v')
    held.tell('v', room(false))
    expect([held.list(), held.isOpen('v')]).toEqual(['p/v', true])
    held.tell('v', room(true))
    close()
    expect([held.list(), held.isOpen('v')]).toEqual(['p/v', false])
    const again = held.open('p', 'v')
    expect(held.roomOf('v')?.joined).toBe(true)
    again()
    held.tell('v', room(false))
    expect(held.list()).toBe('')
  })
  it('go with their page where nobody is in them', () => {
    const held = new HeldVisits()
    held.open('p', 'v')()
    held.tell('v', room(true))
    expect([held.list(), held.roomOf('v')]).toEqual(['', undefined])
  })
  it('know of the one that one is in elsewhere, and leave it before another begins', () => {
    const held = new HeldVisits()
    const left: string[] = []
    held.open('p', 'a')()
    held.open('p', 'a')
    held.open('q', 'b')
    held.tell('a', room(true, left, 'a'))
    held.tell('b', room(false, left, 'b'))
    expect([held.other('b'), held.other('a')]).toEqual(['a', undefined])
    held.leaveOthers('b')
    expect(left).toEqual(['a'])
  })
  it('say of a change only where there is one to see', () => {
    const held = new HeldVisits()
    let changes = 0
    const end = held.subscribe(() => { changes += 1 })
    held.open('p', 'v')
    held.tell('v', room(true))
    end()
    held.tell('v', room(false))
    expect(changes).toBe(2)
  })
})
