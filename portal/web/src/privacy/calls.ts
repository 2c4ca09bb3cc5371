import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Page, Problem } from '../api/types'

export interface ReportRow {
  at: string; place: string; account?: string; who?: string; kind: string; role: string; relation?: string; patient?: string; name?: string; action: string; outcome: string; app?: string
  type?: string; id?: string; what: string[]; count: number; purpose?: string; emergency?: boolean; reason?: string; detail?: string; address?: string; session?: string; request?: string; damaged?: boolean
}
export const sorts = ['time', 'who', 'role', 'action', 'data', 'patient', 'app', 'outcome'] as const
export type Sort = (typeof sorts)[number]
export interface Period { from: string; until: string }
export interface Filter { who?: string; patient?: string; action?: string; app?: string; refused?: boolean; emergency?: boolean; sort: Sort; ascending: boolean }
export const hintKinds = ['surname', 'address', 'street', 'colleague', 'own', 'many', 'emergency', 'quiet'] as const
export interface Hint { kind: (typeof hintKinds)[number]; account: string; who: string; role: string; patient?: string; name?: string; from: string; until: string; count: number; usual?: number }

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Asked<Q> = { parameters: { query: Q } }
interface Paths {
  '/privacy/audit': { get: Answer<Page<ReportRow>> & Asked<Period & Filter & { cursor?: string; limit: number }> }
  '/privacy/unusual': { get: Answer<{ items: Hint[]; more: boolean }> & Asked<Period> }
}
const api = client as unknown as Client<Paths>

// What was not chosen is not sent.
const chosen = (filter: Filter): Filter => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== '' && value !== false && value !== undefined)) as unknown as Filter

export const reportQuery = (period: Period, filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['privacy', 'audit', period, filter],
    queryFn: ({ pageParam }) => take(api.GET('/privacy/audit', { params: { query: { ...period, ...chosen(filter), limit: 50, ...(pageParam && { cursor: pageParam }) } } })),
    // The list stays while another order of it comes: the focus is on its heading.
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const hintsQuery = (period: Period) =>
  queryOptions({ queryKey: ['privacy', 'unusual', period], queryFn: () => take(api.GET('/privacy/unusual', { params: { query: { ...period } } })) })

export function csvPath(period: Period, filter: Filter): string {
  const words = Object.entries({ ...period, ...chosen(filter) }).map(([key, value]) => [key, String(value)])
  return `/api/v1/privacy/audit.csv?${new URLSearchParams(words).toString()}`
}
