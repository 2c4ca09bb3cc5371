import { useQuery } from '@tanstack/react-query'
import type { RefObject } from 'react'
import { take } from '../api/client'
import { currentLocale } from '../i18n'
import { useDotPhrases } from '../ui/useDotPhrases'
import { phrasesQuery, work } from './calls'

/** The phrases that fill themselves in from the chart of a thread. */
export function usePhrases(patient: string, thread: string, box: RefObject<HTMLTextAreaElement | null>) {
  const phrases = useQuery(phrasesQuery).data?.items ?? []
  const fill = (name: string) => take(work.POST('/clinic/inbox/{patient}/{thread}/phrase', { params: { path: { patient, thread } }, body: { name, locale: currentLocale() } }))
  return { phrases, ...useDotPhrases(phrases.map(({ name }) => name), fill, box) }
}
