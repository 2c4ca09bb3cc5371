import { useQuery } from '@tanstack/react-query'
import { useState, type RefObject } from 'react'
import { take } from '../api/client'
import { listOf } from '../format/locale'
import { useErrorText } from '../ui/ErrorSummary'
import { useDotPhrases } from '../ui/useDotPhrases'
import { useWords } from '../ui/useWords'
import { phrasesQuery, work } from './calls'

/** The phrases that fill themselves in from the chart of a thread. */
export function usePhrases(patient: string, thread: string, box: RefObject<HTMLTextAreaElement | null>) {
  const { t, locale } = useWords()
  const says = useErrorText()
  const phrases = useQuery(phrasesQuery).data?.items ?? []
  const [said, setSaid] = useState('')
  const fill = (name: string) => take(work.POST('/clinic/inbox/{patient}/{thread}/phrase', { params: { path: { patient, thread } }, body: { name, locale } }))
  const keys = useDotPhrases(phrases.map(({ name }) => name), fill, box, {
    fitting: (names) => setSaid(names.length > 0 ? t('inbox.matching', { list: names.map((name) => `.${name}`).join(' ') }) : ''),
    missing: (fields) => setSaid(fields.length > 0 ? t('inbox.missing', { list: listOf(fields, locale) }) : ''),
    failed: (error) => setSaid(says(error)),
  })
  return { phrases, said, ...keys }
}
