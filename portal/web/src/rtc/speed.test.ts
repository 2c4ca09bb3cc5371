import { describe, expect, it } from 'vitest'
import { testSpeed } from './speed'

const clock = (...steps: number[]) => () => steps.shift() ?? 0

describe('what a line carries', () => {
  it('is told in kbit/s for each direction', async () => {
    expect(await testSpeed({ down: () => Promise.resolve(131_072), up: () => Promise.resolve(), now: clock(0, 1_000, 1_000, 1_500) })).toEqual({ down: 1_049, up: 786 })
  })
  it('is what was found before the line broke', async () => {
    expect(await testSpeed({ down: () => Promise.resolve(1_000), up: () => Promise.reject(new Error('gone')), now: clock(0, 8, 8) })).toEqual({ down: 1_000 })
    expect(await testSpeed({ down: () => Promise.reject(new Error('gone')), up: () => Promise.resolve(), now: clock(0) })).toEqual({})
  })
})
