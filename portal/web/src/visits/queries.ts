import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { api, of } from './calls'
import type { CheckResult, Visit } from './types'

// Hints come over the live socket; these are for when it is lost, and for what it does not tell.
const waitingMs = 3_000
const quietMs = 20_000

export const visitKey = (patient: string, id: string) => ['visit', patient, id] as const

export const visitQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...visitKey(patient, id), 'state'],
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}', of(patient, id))),
    refetchInterval: ({ state }) => (state.data?.state === 'ended' ? quietMs : waitingMs),
    // Somebody who waits looks elsewhere meanwhile.
    refetchIntervalInBackground: true,
  })

export const chatQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...visitKey(patient, id), 'chat'],
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/chat', of(patient, id))),
    refetchInterval: waitingMs,
  })

export const summaryQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'visit', id, 'summary'],
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/summary', of(patient, id))),
  })

export const noteQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...visitKey(patient, id), 'note'],
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/note', of(patient, id))),
    // What is being written here is newer than what the server holds.
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

export type Act =
  | { do: 'check'; body: CheckResult }
  | { do: 'consent'; version: string }
  | { do: 'wait' | 'leaveWaiting' | 'start' | 'end' }
  | { do: 'admit' | 'refuse'; seat: string }
  | { do: 'late'; minutes: number }

/** Everything that moves a visit answers with the visit as it is then. */
export function useVisitAct(patient: string, id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (act: Act) => {
      const visit = of(patient, id)
      switch (act.do) {
        case 'check': return take(api.POST('/charts/{patient}/visits/{id}/check', { ...visit, body: act.body }))
        case 'consent': return take(api.POST('/charts/{patient}/visits/{id}/consent', { ...visit, body: { version: act.version, agreed: true } }))
        case 'wait': return take(api.POST('/charts/{patient}/visits/{id}/wait', visit))
        case 'leaveWaiting': return take(api.DELETE('/charts/{patient}/visits/{id}/wait', visit))
        case 'start': return take(api.POST('/charts/{patient}/visits/{id}/start', visit))
        case 'end': return take(api.POST('/charts/{patient}/visits/{id}/end', visit))
        case 'admit': return take(api.POST('/charts/{patient}/visits/{id}/admit', { ...visit, body: { seat: act.seat } }))
        case 'refuse': return take(api.POST('/charts/{patient}/visits/{id}/refuse', { ...visit, body: { seat: act.seat } }))
        case 'late': return take(api.POST('/charts/{patient}/visits/{id}/late', { ...visit, body: { minutes: act.minutes } }))
      }
    },
    onSuccess: (visit: Visit | undefined) => {
      const { queryKey } = visitQuery(patient, id)
      if (visit?.id) queries.setQueryData(queryKey, visit)
      return queries.invalidateQueries({ queryKey })
    },
  })
}
