import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Locale, Trend } from '../../api/types'
import { sideOf, type Level } from '../../format/meaning'
import { nameKey } from '../../format/titles'
import type { about as english } from '../../i18n/en/about'
import { useWords } from '../../ui/useWords'
import css from './result.module.css'

type Texts = Record<string, { what: string; higher: string; lower: string }>
const texts = {
  en: () => import('../../i18n/en/about').then((module): Texts => module.about),
  es: () => import('../../i18n/es/about').then((module): Texts => module.about),
}
export type AboutKey = keyof typeof english

/** The texts of a language, which are loaded apart from the page. */
export const aboutQuery = (locale: Locale) => queryOptions({ queryKey: ['about', locale], queryFn: texts[locale], staleTime: Infinity, gcTime: Infinity })

/** What the test is and what a value on this side can mean, in plain words. */
export function About({ plain, code, level }: { plain: Trend['plain']; code: Trend['code']; level: Level }) {
  const { t, locale } = useWords()
  const known = useQuery(aboutQuery(locale)).data
  const entry = known?.[plain ?? ''] ?? known?.[nameKey(code) ?? '']
  if (!known) return null
  if (!entry) return level === 'usual' || level === 'unknown' ? null : <p className={css.about}>{t('result.noAbout')}</p>
  const side = sideOf(level)
  return (
    <>
      <p className={css.about}>{entry.what}</p>
      {side !== 'none' && <p className={css.about}>{side === 'high' ? entry.higher : entry.lower}</p>}
    </>
  )
}
