import type { Age } from '../api/types'

export type AgeWords = { unit: 'years' | 'months' | 'newborn'; count: number }

/** Years from two on; before that, months say more. */
export function ageOf(age: Age | undefined): AgeWords | undefined {
  if (!age) return undefined
  if (age.years >= 2) return { unit: 'years', count: age.years }
  const months = age.years * 12 + age.months
  return months > 0 ? { unit: 'months', count: months } : { unit: 'newborn', count: 0 }
}
