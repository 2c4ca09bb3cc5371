import type { Age } from '../api/types'
import { ageOf } from '../format/age'
import type { en } from '../i18n/en'
import type { Words } from '../ui/useWords'

/** "74 y" */
export function shortAge(of: Age | undefined, t: Words['t']): string {
  const age = ageOf(of)
  if (!age) return ''
  return age.unit === 'newborn' ? t('age.newborn') : t(`clinic.${age.unit}`, { count: age.count })
}

/** "74 y, F" */
export function ageSex(person: { age?: Age; sex?: string }, t: Words['t']): string {
  const years = shortAge(person.age, t)
  const sex = person.sex ? t(`sex.${person.sex as keyof typeof en.sex}`, { defaultValue: person.sex }) : ''
  return [years, sex].filter(Boolean).join(', ')
}
