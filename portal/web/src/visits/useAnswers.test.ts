import { describe, expect, it } from 'vitest'
import type { VisitForm } from './beforeTypes'
import { isAsked, missing } from './useAnswers'

const text = { en: '', es: '' }
const form: VisitForm = {
  key: 'x', version: '1', title: text, items: [
    { id: 'a', kind: 'choice', text, need: true, options: [{ code: 'yes', text }, { code: 'no', text }] },
    { id: 'b', kind: 'words', text, need: true, when: { item: 'a', code: 'yes' } },
    { id: 'c', kind: 'words', text, need: true, when: { item: 'b', code: 'more' } },
  ],
}

describe('which questions are put', () => {
  it('follows what was answered', () => {
    expect(isAsked(form, form.items[1]!, { a: ['yes'] })).toBe(true)
    expect(isAsked(form, form.items[1]!, { a: ['no'] })).toBe(false)
    expect(isAsked(form, form.items[2]!, { a: ['no'], b: ['more'] })).toBe(false)
  })
  it('wants only those that are put', () => {
    expect(missing(form, {})).toEqual(['a'])
    expect(missing(form, { a: ['yes'], b: [' '] })).toEqual(['b'])
    expect(missing(form, { a: ['no'] })).toEqual([])
  })
})
