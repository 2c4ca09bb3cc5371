import { useQuery, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { chartQuery } from '../api/queries'
import { noteQuery, visitOf, visitQuery } from '../visits/queries'
import { askedOf } from '../visits/source'
import { desk, phrasesQuery } from './calls'

/** Reads visit, chart, note and phrases at once. Whoever may not hold the visit sees what they may see piece by piece. */
export function useOpened(patient: string, id: string): boolean {
  const queries = useQueryClient()
  const opened = useQuery({
    queryKey: ['cockpit', patient, id],
    queryFn: async () => {
      const all = await take(desk.GET('/charts/{patient}/visits/{id}/cockpit', { params: { path: { patient, id } } }))
      queries.setQueryData(visitQuery(patient, id).queryKey, all.visit)
      if (all.asked) queries.setQueryData(askedOf(visitOf(patient, id)).queryKey, all.asked)
      queries.setQueryData(chartQuery(patient).queryKey, all.chart)
      queries.setQueryData(phrasesQuery.queryKey, all.phrases)
      if (all.note) queries.setQueryData(noteQuery(patient, id).queryKey, all.note)
      return true
    },
    staleTime: Number.POSITIVE_INFINITY, gcTime: 0, refetchOnWindowFocus: false, retry: false,
  })
  return !opened.isPending
}
