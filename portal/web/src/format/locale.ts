import type { Locale } from '../api/types'

/** The full tag that Intl reads. Spanish as written in the United States: 5.3, 9:24 a. m. */
export const tagOf = (locale: string): string => (locale === 'es' ? 'es-US' : 'en-US')

/** The first of the reader's languages that we speak. */
export function pickLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0]
    if (base === 'es' || base === 'en') return base
  }
  return 'en'
}

/** "a, b and c" in the reader's language. */
export const listOf = (items: string[], locale: string): string =>
  new Intl.ListFormat(tagOf(locale), { style: 'long', type: 'conjunction' }).format(items).replace(/, and /, ' and ')

/** First letter large, the rest as it is. */
export const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1)
