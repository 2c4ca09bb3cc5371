import type { Entry, Value } from '../api/types'

// UCUM codes that a person should not have to read (ucum.org, case-sensitive codes).
const units: Record<string, string> = {
  'mm[Hg]': 'mmHg', Cel: '°C', '[degF]': '°F', '/min': '/min', '{beats}/min': '/min', '{breaths}/min': '/min',
  'kg/m2': 'kg/m²', '[lb_av]': 'lb', '[in_i]': 'in', '10*3/uL': '×10³/µL', '10*6/uL': '×10⁶/µL', '10*9/L': '×10⁹/L', '10*12/L': '×10¹²/L',
  '{score}': '', '{count}': '', '1': '', '{nominal}': '', '{#}': '', 'mL/min/{1.73_m2}': 'mL/min', 'mL/min/1.73.m2': 'mL/min',
  'mL/min/{1.73_m2}.': 'mL/min', 'mL/min/1.73 m2': 'mL/min', C: '°C', F: '°F', 'beats/minute': '/min', 'breaths/minute': '/min', '[IU]/L': 'IU/L', 'm[IU]/L': 'mIU/L', 'u[IU]/mL': 'µIU/mL', '{INR}': '', '{ratio}': '', '[pH]': '', 'umol/L': 'µmol/L',
  '{copies}/mL': 'copies/mL', '{cells}/uL': 'cells/µL', 'cells/uL': 'cells/µL', uL: 'µL', 'ug/L': 'µg/L', 'ug/mL': 'µg/mL',
}

export const unitWord = (unit: string | undefined): string => {
  if (!unit) return ''
  const known = units[unit]
  return known ?? unit.replace(/\{[^}]*\}/g, '').replace(/[[\]]/g, '')
}

const withUnit = (text: string, unit: string | undefined): string => {
  const word = unitWord(unit)
  if (!word) return text
  return word === '%' || word.startsWith('°') ? `${text} ${word}` : `${text} ${word}`
}

/** A recorded value as text: the digits exactly as they were recorded. Blood pressure reads 138/84. */
export function valueText(value: Value | undefined): string {
  if (!value) return ''
  const parts = value.parts ?? []
  if (parts.length > 0 && parts.every((part) => part.number !== undefined && part.unit === parts[0]?.unit) && parts.length === 2) {
    return withUnit(parts.map((part) => shortNumber(part.text)).join('/'), parts[0]?.unit)
  }
  if (parts.length > 0 && !value.text) return parts.map((part) => `${part.title} ${withUnit(part.text, part.unit)}`).join(', ')
  return withUnit(shortNumber(value.text), value.unit)
}

/** The value without its unit, for the pin and the plot. */
export const bareValue = (value: Value | undefined): string => {
  const parts = value?.parts ?? []
  if (parts.length === 2) return parts.map((part) => shortNumber(part.text)).join('/')
  return shortNumber(value?.text ?? '')
}

/** Machines record 87.3291028; nobody measured that. More than three decimals are cut to a readable one. */
export function shortNumber(text: string): string {
  if (!/^-?\d+\.\d{3,}$/.test(text)) return text
  const number = Number(text)
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2
  return String(Number(number.toFixed(digits)))
}

export const hasNumber = (entry: Entry): boolean => entry.value?.number !== undefined
