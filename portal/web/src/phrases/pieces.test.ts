import { describe, expect, it } from 'vitest'
import { readingOf } from './pieces'

const examples = { first: 'Ida', result: '4.3 mmol/L' }
const read = (text: string) => readingOf(text, examples).map(({ text: piece, kind }) => `${kind}:${piece}`)

describe('how a phrase reads', () => {
  it('fills fields in and leaves the rest as it was written', () => {
    expect(read('Dear {first},\nyour potassium is {result:potassium}.')).toEqual(['written:Dear ', 'filled:Ida', 'written:,\nyour potassium is ', 'filled:4.3 mmol/L', 'written:.'])
    expect(read('')).toEqual([])
    expect(read('A {Name} and {} and {first')).toEqual(['written:A {Name} and {} and {first'])
  })
  it('tells what cannot be filled in', () => {
    expect(read('{password}{result}{first:x}')).toEqual(['unknown:{password}', 'unknown:{result}', 'unknown:{first:x}'])
  })
})
