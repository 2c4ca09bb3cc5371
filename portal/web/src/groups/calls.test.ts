import { describe, expect, it } from 'vitest'
import type { VisitPerson } from '../visits/types'
import { stateOfMember } from './calls'

const person = (state: VisitPerson['state'], visit = 'v'): VisitPerson => ({ seat: state, name: 'Rosa', role: 'patient', state, host: false, me: false, visit })
const member = { visit: 'v', status: 'booked' as const }

describe('how far a member has come', () => {
  it('is the furthest of those who are here by their visit', () => {
    expect(stateOfMember({ state: 'live', people: [person('waiting'), person('in'), person('in', 'other')] }, member)).toBe('in')
    expect(stateOfMember({ state: 'live', people: [person('in', 'other')] }, member)).toBe('none')
  })
  it('says of nobody that they did not come before somebody has said so', () => {
    expect(stateOfMember({ state: 'ended', people: [] }, { ...member, absent: 'missed' })).toBe('absent')
    expect(stateOfMember({ state: 'ended', people: [] }, { ...member, absent: 'door' })).toBe('door')
    expect(stateOfMember({ state: 'scheduled', people: [] }, { ...member, absent: 'missed' })).toBe('absent') // nobody began it
    expect(stateOfMember({ state: 'ended', people: [person('left')] }, member)).toBe('was')
    expect(stateOfMember({ state: 'ended', people: [] }, { ...member, status: 'noshow', absent: 'missed' })).toBe('missed')
  })
})
