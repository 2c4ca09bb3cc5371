import { describe, expect, it } from 'vitest'
import { placeOf } from './place'

describe('where a notice leads', () => {
  it('opens the conversation for the patient and in the inbox', () => {
    expect(placeOf({ patient: 'p', ref: 'thread/t' }, false)).toBe('/p/p/messages/t')
    expect(placeOf({ patient: 'p', ref: 'thread/t' }, true)).toBe('/clinic/inbox/p/t')
  })
  it('opens entries in the chart', () => {
    expect(placeOf({ patient: 'p', ref: 'entry/Observation/o' }, false)).toBe('/p/p/entries/Observation/o')
  })
  it('brings privacy officers to what waits for their word, and patients to the answer', () => {
    expect(placeOf({ ref: 'glass/g' }, true)).toBe('/clinic/privacy')
    expect(placeOf({ ref: 'glass/g' }, false)).toBe('/')
    expect(placeOf({ patient: 'p', ref: 'restriction/r' }, false)).toBe('/p/p/restrictions')
  })
  it('brings whoever asked for access to the answer', () => {
    expect(placeOf({ ref: 'request/r' }, false)).toBe('/ask')
    expect(placeOf({ ref: 'request/r' }, true)).toBe('/ask')
    expect(placeOf({ ref: 'signin' }, true)).toBe('/clinic/you/security')
    expect(placeOf({ ref: 'signin' }, false, 'own')).toBe('/p/own/you/security')
    expect(placeOf({ ref: 'signin' }, false)).toBe('/')
  })
  it('stays in the house whatever the reference says', () => {
    expect(placeOf({ patient: 'p', ref: 'thread/..?x=//evil' }, false)).toBe('/p/p/messages/..%3Fx%3D//evil')
    expect(placeOf({ ref: 'thread/t' }, false)).toBe('/')
    expect(placeOf({ patient: 'p', ref: 'new' }, true)).toBe('/clinic/p/p')
  })
})
