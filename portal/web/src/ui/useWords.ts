import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../api/queries'
import type { Me } from '../api/types'
import { clockNow, type Clock, type DayWords } from '../format/date'
import { currentLocale } from '../i18n'

/** The reader's language, zone and clock, and the words to speak with. */
export function useWords() {
  const { t, i18n } = useTranslation()
  const locale = currentLocale()
  return useMemo(() => {
    const day: DayWords = { today: t('today'), yesterday: t('yesterday') }
    /** The same inside a sentence. */
    const dayInside: DayWords = { today: day.today.toLocaleLowerCase(), yesterday: day.yesterday.toLocaleLowerCase() }
    const clock: Clock = clockNow()
    return { t, locale, day, dayInside, clock, i18n }
    // A new language is a new t.
  }, [t, i18n, locale])
}
type Clinic = Me['clinic']
export type Words = ReturnType<typeof useWords>

/** What the clinic of a visit is called, on a page that nobody is signed in to. */
export const clinicKey = ['clinic', 'here'] as const

/** The clinic, from the cache; every page below the gate has it, and so has that of a link to a visit. */
export function useClinic(): Clinic | undefined {
  const client = useQueryClient()
  return client.getQueryData(meQuery.queryKey)?.clinic ?? client.getQueryData<Clinic>(clinicKey)
}
