import { describe, expect, it } from 'vitest'
import { HeldVisits, type Part } from './held'

const part = (joined: boolean, left: string[] = [], name = '', goesOn = joined) =>
  ({ joined, goesOn, visit: { patientName: name, appointment: { practitioner: { name: `Dr. ${name}` } } }, leave: () => left.push(name) }) as unknown as Part

describe('visits that go on beside the pages', () => {
  it('are held while their page is open, and after that as long as one is in them', () => {
    const held = new HeldVisits()
    const close = held.open('clinic', 'p', 'v')
    held.tell('clinic', 'v', part(false))
    expect([held.list(), held.isOpen('v')]).toEqual(['clinic/p/v', true])
    held.tell('clinic', 'v', part(true))
    close()
    expect([held.list(), held.isOpen('v')]).toEqual(['clinic/p/v', false])
    const again = held.open('clinic', 'p', 'v')
    expect(held.partOf('clinic', 'v')?.joined).toBe(true)
    again()
    held.tell('clinic', 'v', part(false))
    expect(held.list()).toBe('')
  })
  it('go with their page where nobody is in them', () => {
    const held = new HeldVisits()
    held.open('clinic', 'p', 'v')()
    held.tell('clinic', 'v', part(true))
    expect([held.list(), held.partOf('clinic', 'v')]).toEqual(['', undefined])
  })
  it('stay until it was said how a call ended that nobody hung up', () => {
    const held = new HeldVisits()
    const close = held.open('own', 'p', 'v')
    held.tell('own', 'v', part(true))
    close()
    held.tell('own', 'v', part(false, [], '', true))
    expect(held.list()).toBe('own/p/v')
    held.tell('own', 'v', part(false))
    expect(held.list()).toBe('')
  })
  it('know of the one that one is in elsewhere, and leave it before another begins', () => {
    const held = new HeldVisits()
    const left: string[] = []
    held.open('clinic', 'p', 'a')()
    held.open('clinic', 'p', 'a')
    held.open('clinic', 'q', 'b')
    held.tell('clinic', 'a', part(true, left, 'a'))
    held.tell('clinic', 'b', part(false, left, 'b'))
    expect([held.other('b'), held.other('a')]).toEqual(['a', undefined])
    held.leaveOthers('b')
    expect(left).toEqual(['a'])
  })
  it('are named for who takes part: a patient is with the clinician, a clinician with the patient', () => {
    const held = new HeldVisits()
    held.open('own', 'p', 'a')
    held.tell('own', 'a', part(true, [], 'Rosa'))
    expect(held.other('b')).toBe('Dr. Rosa')
  })
  it('have another part on the other side', () => {
    const held = new HeldVisits()
    held.open('own', 'p', 'v')
    held.tell('own', 'v', part(true))
    held.open('clinic', 'p', 'v')
    expect([held.list(), held.partOf('clinic', 'v'), held.partOf('own', 'v')]).toEqual(['clinic/p/v', undefined, undefined])
    held.tell('own', 'v', part(true))
    expect(held.partOf('clinic', 'v')).toBe(undefined)
  })
  it('say of a change only where there is one to see', () => {
    const held = new HeldVisits()
    let changes = 0
    const end = held.subscribe(() => { changes += 1 })
    held.open('clinic', 'p', 'v')
    held.tell('clinic', 'v', part(true))
    end()
    held.tell('clinic', 'v', part(false))
    expect(changes).toBe(2)
  })
  describe('of which one waits for', () => {
    const store = (kept = '') => ({ kept, read() { return this.kept }, write(places: string) { this.kept = places } })
    const waits = (waits: boolean, more: Partial<Part> = {}) => ({ ...part(false, [], '', waits), waits, ...more }) as Part
    it('are kept over a reload of whatever page, and calls are not', () => {
      const tab = store()
      const held = new HeldVisits(tab)
      held.open('own', 'p', 'a')()
      const close = held.open('own', 'p', 'b')
      held.tell('own', 'b', waits(true))
      close()
      expect([held.list(), tab.kept]).toEqual(['own/p/b', 'p/b'])
      held.tell('own', 'b', part(true))
      expect([held.list(), tab.kept]).toEqual(['own/p/b', ''])
    })
    it('are looked at after it, and go where one waits no more', () => {
      const tab = store('p/a q/b')
      const held = new HeldVisits(tab)
      expect([held.list(), held.isOpen('a')]).toEqual(['own/p/a own/q/b', false])
      held.tell('own', 'a', waits(false, { loading: true }))
      held.tell('own', 'b', waits(false, { loading: true }))
      expect(tab.kept).toBe('p/a q/b')
      held.tell('own', 'a', waits(true))
      held.tell('own', 'b', waits(false))
      expect([held.list(), tab.kept]).toEqual(['own/p/a', 'p/a'])
    })
    it('are forgotten with who signs out', () => {
      const tab = store('p/a')
      const held = new HeldVisits(tab)
      held.forget()
      expect([held.list(), tab.kept, new HeldVisits(tab).list()]).toEqual(['', '', ''])
    })
    it('are not a clinician’s', () => {
      const tab = store()
      const held = new HeldVisits(tab)
      held.open('clinic', 'p', 'a')
      held.tell('clinic', 'a', waits(true))
      expect(tab.kept).toBe('')
    })
  })
})
