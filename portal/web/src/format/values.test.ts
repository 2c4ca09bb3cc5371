import { describe, expect, it } from 'vitest'
import type { Entry, Meaning, Range } from '../api/types'
import { ageOf } from './age'
import { levelOf, levelOfEntry, sideOf, toneOf } from './meaning'
import { givenName, initials } from './names'
import { barLayout, edge, rangeKind } from './range'
import { words as spanish } from '../i18n/es/words'
import { inSentence } from './trend'
import { conditionKey, nameKey, plainTitle } from './titles'
import { bareValue, shortNumber, unitWord, valueText } from './value'

const usual: Range = { low: 3.5, high: 5.1 }

describe('Spanish', () => {
  // "Potasio" and "Presión arterial" take the same words: what is high is the value.
  it('says how far from usual without the gender of what was measured', () => {
    for (const level of ['littleLow', 'low', 'veryLow', 'littleHigh', 'high', 'veryHigh'] as const) expect(spanish.titleLevel[level]).toMatch(/: valor /)
  })
  it('writes a month small inside a sentence', () => {
    expect(inSentence('Abril de 2025', 'es')).toBe('abril de 2025')
    expect(inSentence('April 2025', 'en')).toBe('April 2025')
  })
})

describe('how far from usual', () => {
  it.each<[Meaning, number | undefined, Range | undefined, string]>([
    ['high', 5.3, usual, 'littleHigh'],
    ['high', 5.5, usual, 'littleHigh'],
    ['high', 5.51, usual, 'high'],
    ['low', 3.4, usual, 'littleLow'],
    ['low', 2, usual, 'low'],
    ['criticalHigh', 5.2, usual, 'veryHigh'],
    ['criticalLow', 2, usual, 'veryLow'],
    ['high', 105, { high: 100 }, 'littleHigh'],
    ['high', 171, { high: 100 }, 'high'],
    ['low', 52, { low: 60 }, 'low'],
    ['low', 55, { low: 60 }, 'littleLow'],
    ['high', undefined, usual, 'high'],
    ['high', 9, undefined, 'high'],
    ['usual', 4, usual, 'usual'],
    ['abnormal', undefined, undefined, 'abnormal'],
    ['unknown', 4, undefined, 'unknown'],
  ])('%s at %s of %o', (meaning, number, range, level) => {
    expect(levelOf(meaning, number, range)).toBe(level)
  })
  it('takes the worst part of a value of several', () => {
    const entry = { value: { text: '', parts: [{ title: 'a', number: 138, text: '138', range: { high: 130 }, meaning: 'high' }, { title: 'b', number: 70, text: '70', meaning: 'usual' }] } } as Entry
    expect(levelOfEntry(entry)).toBe('littleHigh')
  })
  it('is red only when it is critical', () => {
    expect([toneOf('veryHigh'), toneOf('high'), toneOf('usual'), toneOf('unknown')]).toEqual(['urgent', 'look', 'plain', 'plain'])
    expect([sideOf('littleLow'), sideOf('veryHigh'), sideOf('abnormal')]).toEqual(['low', 'high', 'none'])
  })
})

describe('the range bar', () => {
  it('puts the usual part always at the same place', () => {
    expect(barLayout(3.5, usual)).toMatchObject({ lo: 22, hi: 78, at: 22, off: 'none' })
    expect(barLayout(5.1, usual)?.at).toBeCloseTo(78)
  })
  it('says when a value lies beyond the bar', () => {
    expect(barLayout(12, usual)).toMatchObject({ at: 98, off: 'right' })
    expect(barLayout(0.1, usual)).toMatchObject({ at: 2, off: 'left' })
  })
  it('knows ranges with one side', () => {
    expect(barLayout(50, { high: 100 })).toMatchObject({ lo: 0, hi: 68, at: 34 })
    expect(barLayout(60, { low: 60 })).toMatchObject({ lo: 32, hi: 100, at: 32 })
    expect(rangeKind({ high: 100 })).toBe('high')
    expect(rangeKind({ text: 'negative' })).toBe('text')
    expect(rangeKind(undefined)).toBe('none')
  })
  it('draws nothing that would lie', () => {
    expect(barLayout(3, { low: 5, high: 5 })).toBeUndefined()
    expect(barLayout(3, {})).toBeUndefined()
  })
  it('writes edges without machine digits', () => expect(edge(0.1 + 0.2)).toBe('0.3'))
})

describe('values as text', () => {
  it('keeps the digits as they were recorded', () => {
    expect(valueText({ text: '5.30', number: 5.3, unit: 'mmol/L' })).toBe('5.30 mmol/L')
    expect(valueText({ text: 'Not detected' })).toBe('Not detected')
    expect(valueText(undefined)).toBe('')
  })
  it('cuts digits that nobody measured', () => {
    expect(shortNumber('87.3291028')).toBe('87.3')
    expect(shortNumber('187.3291028')).toBe('187')
    expect(shortNumber('0.98765')).toBe('0.99')
    expect(shortNumber('12.34')).toBe('12.34')
  })
  it('reads blood pressure as one value', () => {
    const value = { text: '', parts: [{ title: 'Systolic', number: 138, text: '138', unit: 'mm[Hg]' }, { title: 'Diastolic', number: 84, text: '84', unit: 'mm[Hg]' }] }
    expect(valueText(value)).toBe('138/84 mmHg')
    expect(bareValue(value)).toBe('138/84')
  })
  it('translates units that are codes', () => {
    expect(unitWord('{score}')).toBe('')
    expect(unitWord('10*3/uL')).toBe('×10³/µL')
    expect(unitWord('mg{creat}/g')).toBe('mg/g')
    expect(unitWord('mg/dL')).toBe('mg/dL')
  })
})

describe('names', () => {
  it('makes two letters of a name', () => {
    expect(initials('Rosa Caléndula')).toBe('RC')
    expect(initials('Dr. Juniper Hale')).toBe('JH')
    expect(initials('élise')).toBe('É')
    expect(initials('')).toBe('')
  })
  it('greets by the first given name', () => {
    expect(givenName('Rosa Caléndula', 'Rosa María')).toBe('Rosa')
    expect(givenName('Dr. Juniper Hale')).toBe('Juniper')
  })
  it('takes the coding tail off a recorded name', () => {
    expect(plainTitle('Essential hypertension (disorder)')).toBe('Essential hypertension')
    expect(plainTitle('Potassium [Moles/volume] in Serum or Plasma')).toBe('Potassium')
    expect(plainTitle('[Moles]')).toBe('[Moles]')
    expect(plainTitle('Diphtheria (clinical)')).toBe('Diphtheria (clinical)')
  })
  it('knows a code only in its own system', () => {
    expect(nameKey({ system: 'http://loinc.org', code: '2823-3' })).toBe('potassium')
    expect(nameKey({ system: 'http://hl7.org/fhir/sid/cvx', code: '140' })).toBe('flu')
    expect(nameKey({ system: 'http://snomed.info/sct', code: '140' })).toBeUndefined()
    expect(conditionKey({ system: 'http://snomed.info/sct', code: '59621000' })).toBe('pressure')
    expect(conditionKey({ system: 'http://loinc.org', code: '59621000' })).toBeUndefined()
  })
})

it('says ages under two in months', () => {
  expect(ageOf({ years: 74, months: 8 })).toEqual({ unit: 'years', count: 74 })
  expect(ageOf({ years: 1, months: 3 })).toEqual({ unit: 'months', count: 15 })
  expect(ageOf({ years: 0, months: 0 })).toEqual({ unit: 'newborn', count: 0 })
  expect(ageOf(undefined)).toBeUndefined()
})
