import type { Age } from '../api/types'
import { ageOf } from '../format/age'
import type { en } from '../i18n/en'
import type { Words } from '../ui/useWords'

/** "74 y, F" */
export function ageSex(person: { age?: Age; sex?: string }, t: Words['t']): string {
  const age = ageOf(person.age)
  const years = age ? (age.unit === 'years' ? t('clinic.years', { count: age.count }) : t('clinic.months', { count: age.count })) : ''
  const sex = person.sex ? t(`sex.${person.sex as keyof typeof en.sex}`, { defaultValue: person.sex }) : ''
  return [years, sex].filter(Boolean).join(', ')
}
