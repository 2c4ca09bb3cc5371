import { describe, expect, it } from 'vitest'
import type { AccessRow, Entry, TrendPoint } from '../api/types'
import { fits } from '../clinic/filter'
import { safeReturn } from '../signin/safeReturn'
import { deedOf, kindsOf, purposeOf } from './access'
import { groupByMonth, splitActive, splitRef } from './entry'
import { listOf, pickLocale } from './locale'
import { directionOf, firstSpan, plotData, pointsIn, scaleOf } from './trend'

const now = new Date('2026-11-23T12:00:00Z')
const point = (at: string, number?: number): TrendPoint => ({ at, number, text: String(number ?? 'x'), ref: `Observation/${at}` })

describe('trends', () => {
  const points = [point('2021-01-01', 4), point('2025-06-01', 4.4), point('2026-08-01', 4.9), point('2026-11-20', 5.3)]
  it('counts years back from now', () => {
    expect(pointsIn(points, 'y1', now)).toHaveLength(2)
    expect(pointsIn(points, 'y2', now)).toHaveLength(3)
    expect(pointsIn(points, 'all', now)).toHaveLength(4)
    expect(pointsIn([point('nonsense', 1)], 'all', now)).toHaveLength(0)
  })
  it('opens on two years when they show a course', () => {
    expect(firstSpan(points, now)).toBe('y2')
    expect(firstSpan(points.slice(0, 2), now)).toBe('all')
  })
  it('calls a small change steady', () => {
    expect(directionOf(points, { low: 3.5, high: 5.1 })).toBe('up')
    expect(directionOf([point('2025', 4.4), point('2026', 4.5)], { low: 3.5, high: 5.1 })).toBe('steady')
    expect(directionOf([point('2025', 80), point('2026', 70)], undefined)).toBe('down')
    expect(directionOf([point('2026', 70)], undefined)).toBeUndefined()
  })
  it('draws one line for each part of a value', () => {
    const bp = (at: string, a: number, b: number): TrendPoint => ({ ...point(at), parts: [{ title: 'A', number: a, text: '' }, { title: 'B', number: b, text: '' }] })
    const data = plotData([bp('2025-01-01', 140, 90), bp('2026-01-01', 130, 80)], 'BP', undefined)
    expect(data.series.map((one) => one.numbers)).toEqual([[140, 130], [90, 80]])
    expect(data.times[1]! - data.times[0]!).toBe(365 * 86_400)
  })
  it('keeps the usual range on the scale', () => {
    const [min, max] = scaleOf([{ title: '', numbers: [4, null], range: { low: 3.5, high: 5.1 } }])
    expect(min).toBeLessThan(3.5)
    expect(max).toBeGreaterThan(5.1)
    expect(scaleOf([])).toEqual([0, 1])
  })
})

describe('entries', () => {
  const entry = (at: string | undefined, active = true) => ({ ref: `X/${at}`, at, active }) as Entry
  it('stand under their months in the order they came', () => {
    const groups = groupByMonth([entry('2026-11-20'), entry('2026-11-03'), entry('2026-10-27'), entry(undefined)], (at) => at?.slice(0, 7) ?? '')
    expect(groups.map((group) => [group.month, group.entries.length])).toEqual([['2026-11', 2], ['2026-10', 1], ['', 1]])
  })
  it('split into now and before', () => {
    const { now: active, before } = splitActive([entry('1'), entry('2', false)])
    expect([active.length, before.length]).toEqual([1, 1])
  })
  it('have a type and an id', () => {
    expect(splitRef('Observation/abc')).toEqual({ type: 'Observation', id: 'abc' })
    expect(splitRef('')).toEqual({ type: '', id: '' })
  })
})

describe('who looked', () => {
  const row = (what: AccessRow['what']) => ({ what }) as AccessRow
  it('names a few kinds and says “the record” for many', () => {
    expect(kindsOf(row(['demographics', 'results', 'medicines']))).toEqual(['results', 'medicines'])
    expect(kindsOf(row(['demographics']))).toEqual(['demographics'])
    expect(kindsOf(row(['results', 'medicines', 'allergies', 'conditions', 'visits', 'documents']))).toEqual([])
  })
  it('puts codes in words', () => {
    expect(deedOf('read')).toBe('looked')
    expect(purposeOf('TREAT')).toBe('care')
    expect(purposeOf('XYZ')).toBeUndefined()
  })
})

it('filters by every word, without accents and case', () => {
  expect(fits('calendula ros', 'Rosa Caléndula')).toBe(true)
  expect(fits('calendula tom', 'Rosa Caléndula')).toBe(false)
  expect(fits('', 'anything')).toBe(true)
})

it('never sends anybody to another house after the sign-in', () => {
  expect(safeReturn('/p/1/record?q=x')).toBe('/p/1/record?q=x')
  for (const path of [undefined, 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:x']) expect(safeReturn(path)).toBe('/')
})

it('speaks the first language it can', () => {
  expect(pickLocale(['fr-FR', 'es-MX', 'en-US'])).toBe('es')
  expect(pickLocale(['de'])).toBe('en')
  expect(listOf(['results', 'medicines', 'visits'], 'en')).toBe('results, medicines and visits')
  expect(listOf(['resultados', 'medicinas'], 'es')).toBe('resultados y medicinas')
})
