import { infiniteQueryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Entry, Page, Problem } from '../api/types'
import type { Ask } from '../asks/types'
import type { Appointment } from '../booking/types'
import type { Thread } from '../messages/types'

export interface AgendaPerson { patient: string; name: string; given: string; relation: string; unread: number; visits: Appointment[]; answers: Ask[]; threads: Thread[]; results: Entry[] }
interface Paths {
  '/agenda': { get: { responses: { 200: { content: { 'application/json': Page<AgendaPerson> } }; default: { content: { 'application/problem+json': Problem } } }; parameters: { query: { cursor?: string } } } }
}
const api = client as unknown as Client<Paths>

export const agendaKey = ['agenda'] as const
export const agendaQuery = infiniteQueryOptions({
  queryKey: agendaKey,
  queryFn: ({ pageParam }) => take(api.GET('/agenda', { params: { query: { ...(pageParam && { cursor: pageParam }) } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next || undefined,
  refetchInterval: 60_000,
})
