import { describe, expect, it } from 'vitest'
import { account } from '../i18n/en/account'
import { isFailure, isOfLinking, whyOf } from './why'

describe('why somebody stands at the front door', () => {
  it('is nothing without a word', () => expect(whyOf(undefined)).toBeUndefined())
  it('knows the words of the server and of the client', () => {
    for (const word of ['locked', 'bye', 'expired', 'refused', 'not_linked', 'unavailable', 'too_many']) expect(whyOf(word)).toBe(word)
  })
  it('takes any other word for something that did not work', () => {
    expect([whyOf('forbidden'), whyOf('<b>'), whyOf('constructor')]).toEqual(['other', 'other', 'other'])
  })
  it('has words for every failure', () => {
    for (const word of Object.keys(account.signIn.why)) {
      const why = whyOf(word)
      expect(why && isFailure(why) && why, word).toBe(word)
    }
  })
  it('knows that who links is signed in', () => expect([isOfLinking('conflict'), isOfLinking('expired'), isOfLinking(undefined)]).toEqual([true, false, false]))
})
