import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { api } from './calls'
import type { VisitMode } from './types'

const daysShown = 7
const refreshMs = 30_000

/** Free times, a week at a time. Others book as well, so they are asked for again while the page is open. */
export const freeQuery = (patient: string, mode: VisitMode, practitioner: string) =>
  infiniteQueryOptions({
    queryKey: [...chartKey(patient), 'free', mode, practitioner],
    queryFn: ({ pageParam }) =>
      take(api.GET('/charts/{patient}/booking', {
        params: { path: { patient }, query: { mode, ...(practitioner && { practitioner }), ...(pageParam && { from: pageParam }), days: daysShown } },
      })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: refreshMs,
  })

export const appointmentsQuery = (patient: string, when: 'coming' | 'past') =>
  infiniteQueryOptions({
    queryKey: [...chartKey(patient), 'appointments', when],
    queryFn: ({ pageParam }) =>
      take(api.GET('/charts/{patient}/appointments', { params: { path: { patient }, query: { when, ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const appointmentQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'appointment', id],
    queryFn: () => take(api.GET('/charts/{patient}/appointments/{id}', { params: { path: { patient, id } } })),
  })
