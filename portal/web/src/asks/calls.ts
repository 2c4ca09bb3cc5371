import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Page, Problem } from '../api/types'
import type { Ask, AskAnswer, AskKind, AskOffer, ListedAsk, NewAsk } from './types'

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type Path = { patient: string }
interface Paths {
  '/charts/{patient}/requests': {
    get: Answer<Page<Ask> & { canAsk: AskKind[] }> & { parameters: { path: Path; query: { open?: boolean; cursor?: string; limit?: number } } }
    post: Answer<Ask> & Body<NewAsk> & { parameters: { path: Path } }
  }
  '/charts/{patient}/requests/{id}': { get: Answer<Ask> & { parameters: { path: Path & { id: string } } } }
  '/charts/{patient}/requests/{id}/steps': { post: Answer<Ask> & Body<AskAnswer> & { parameters: { path: Path & { id: string } } } }
  '/charts/{patient}/medicines/{id}/request': { get: Answer<AskOffer> & { parameters: { path: Path & { id: string } } } }
  '/clinic/requests': { get: Answer<Page<ListedAsk> & { counts: Record<AskKind, number> }> & { parameters: { query: { kind?: AskKind; cursor?: string; limit?: number } } } }
}
export const api = client as unknown as Client<Paths>

export const asksKey = (patient: string) => [...chartKey(patient), 'asks'] as const
export const openAsksKey = ['clinic', 'asks'] as const

export const asksQuery = (patient: string) =>
  infiniteQueryOptions({
    queryKey: [...asksKey(patient), 'list'],
    queryFn: ({ pageParam }) => take(api.GET('/charts/{patient}/requests', { params: { path: { patient }, query: { ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
export const askQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...asksKey(patient), 'one', id], queryFn: () => take(api.GET('/charts/{patient}/requests/{id}', { params: { path: { patient, id } } })) })
export const offerQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...asksKey(patient), 'offer', id], queryFn: () => take(api.GET('/charts/{patient}/medicines/{id}/request', { params: { path: { patient, id } } })) })
export const openAsksQuery = (kind: AskKind | undefined) =>
  infiniteQueryOptions({
    queryKey: [...openAsksKey, kind ?? 'all'],
    queryFn: ({ pageParam }) => take(api.GET('/clinic/requests', { params: { query: { ...(kind && { kind }), ...(pageParam && { cursor: pageParam }), limit: 30 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
