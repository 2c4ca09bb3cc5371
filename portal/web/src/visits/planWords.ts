import type { Words } from '../ui/useWords'
import type { NextVisit, Prescribed, SummaryItem, Vital } from './types'

type T = Words['t']
const units = { C: '°C', F: '°F', kg: 'kg', lb: 'lb', cm: 'cm', in: 'in' } as const
const own = { pressure: 'mmHg', pulse: '/min', breathing: '/min', saturation: '%', temperature: '°C', weight: 'kg', height: 'cm' } as const

/** "104/62 mmHg" */
export const vitalText = (one: Vital): string =>
  `${one.value}${one.kind === 'pressure' ? `/${one.second}` : ''} ${one.unit ? units[one.unit] : own[one.kind]}`

/** "1 tablet, in the morning" */
export const takeText = (one: Prescribed, t: T): string =>
  t('after.take', { dose: t(`after.dose.${one.form}`, { count: one.dose }), often: t(`after.often.${one.often}`) })

/** What people say for it in the reader's language, with its own name where that is another. */
export function plainText({ text, plain, local }: SummaryItem, locale: string): string {
  const said = locale === 'es' ? local : plain
  return said && said !== text ? `${said} (${text})` : text
}

export const nextText = (next: NextVisit, t: T): string => t(`plan.in.${next.unit}`, { count: next.count })
