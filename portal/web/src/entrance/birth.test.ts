import { describe, expect, it } from 'vitest'
import { birthOf } from './birth'

describe('a date of birth', () => {
  it('is read as people type it', () => expect([birthOf('3', '2', '1952'), birthOf(' 12', '31 ', '2008'), birthOf('2', '29', '1952')]).toEqual(['1952-03-02', '2008-12-31', '1952-02-29']))
  it('is a day that there was', () => expect([birthOf('2', '29', '1951'), birthOf('13', '1', '1950'), birthOf('0', '1', '1950'), birthOf('3', '2', '52'), birthOf('March', '2', '1952'), birthOf('', '', '')]).toEqual(Array(6).fill(undefined)))
})
