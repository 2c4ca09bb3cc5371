import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from '../api/types'
import { en } from '../i18n/en'
import { es } from '../i18n/es'
import { clinicalTitle, entryLevel, headline, medicineWhy, subline, titleOf } from './entryWords'

const t = i18next.t
beforeAll(() => i18next.init({ lng: 'en', interpolation: { escapeValue: false }, resources: { en: { translation: en }, es: { translation: es } } }))

const loinc = (code: string) => ({ system: 'http://loinc.org', code })
const entry = (given: Partial<Entry>): Entry => ({ ref: 'X/1', section: 'results', kind: 'Observation', title: 'Recorded name', active: true, sources: [], ...given })
const potassium = entry({ code: loinc('2823-3'), value: { number: 5.3, text: '5.3', unit: 'mmol/L' }, range: { low: 3.5, high: 5.1 }, meaning: 'high' })

describe('one value', () => {
  it('says its outcome in the title and its number below', () => {
    expect([headline(potassium, t), subline(potassium, t)]).toEqual(['Potassium: a little high', '5.3 mmol/L'])
  })
  it('keeps its name when it is usual', () => expect(headline({ ...potassium, meaning: 'usual' }, t)).toBe('Potassium'))
})

describe('a panel', () => {
  const panel = entry({ kind: 'DiagnosticReport', title: 'Basic panel', children: [potassium], outOfRange: 1, usual: 8, meaning: 'abnormal' })
  it('keeps its name and names the one value outside', () => {
    expect([headline(panel, t), subline(panel, t)]).toEqual(['Basic panel', 'Potassium: a little high. The other 8 are usual.'])
  })
  it('counts when there are more', () => {
    expect(subline({ ...panel, outOfRange: 4, usual: 5 }, t)).toBe('4 values are not as usual. The other 5 are usual.')
    expect(subline({ ...panel, outOfRange: 0, usual: 9, children: [] }, t)).toBe('All 9 values are usual.')
  })
  it('is marked for a look', () => expect(entryLevel(panel)).not.toBe('usual'))
})

describe('a run of readings at home', () => {
  const run = entry({
    section: 'vitals', code: loinc('85354-9'), series: { count: 14, from: '2026-11-06T07:00:00Z', to: '2026-11-12T20:00:00Z' },
    value: { text: '', parts: [{ title: 'Systolic', number: 138, text: '138', range: { high: 130 }, meaning: 'high' }, { title: 'Diastolic', number: 84, text: '84' }] },
  })
  it('stands as one, in both languages', () => {
    expect([headline(run, t), subline(run, t)]).toEqual(['Blood pressure at home: 138/84', 'Average of 14 readings in 7 days. A little higher than usual.'])
    expect(headline(run, i18next.getFixedT('es'))).toBe('Presión arterial en casa: 138/84')
  })
})

describe('names', () => {
  const pressure = entry({ section: 'conditions', kind: 'Condition', title: 'Essential hypertension (disorder)', code: { system: 'http://snomed.info/sct', code: '59621000' } })
  it('are plain for patients and exact for the clinic', () => {
    expect([titleOf(pressure, t), clinicalTitle(pressure, t), subline(pressure, t)]).toEqual(['High blood pressure', 'Essential hypertension', 'Essential hypertension'])
  })
  it('say what a medicine was for, or why it was stopped', () => {
    const medicine = entry({ section: 'medicines', reason: 'Essential hypertension (disorder)', stopReason: 'It made you cough' })
    expect(medicineWhy(medicine, t)).toBe('For Essential hypertension')
    expect(medicineWhy({ ...medicine, active: false }, t)).toBe('Why: It made you cough')
  })
})
