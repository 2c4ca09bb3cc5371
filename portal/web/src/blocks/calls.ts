import { infiniteQueryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Page, Problem } from '../api/types'

/** A court's paper that keeps somebody out of a chart. */
export interface Block {
  id: string; patient: string; patientName?: string; birthDate?: string; name: string; reason: string; evidence: string; start: string; end?: string; state: 'planned' | 'holds' | 'ended' | 'lifted'
  setBy: string; createdAt: string; liftedAt?: string; lifter?: string; liftReason?: string
}
/** Of one chart it also says whose it is, before somebody writes a paper down. */
export interface Blocks extends Page<Block> { patientName?: string; birthDate?: string }

type Answer<T, S extends number = 200> = { responses: { [K in S]: { content: { 'application/json': T } } } & { default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
interface Paths {
  '/clinic/blocks': {
    get: Answer<Blocks> & { parameters: { query: { patient?: string; cursor?: string; limit?: number } } }
    post: Answer<Block, 201> & Body<{ patient: string; email: string; reason: string; evidence: string; from?: string; until?: string }>
  }
  '/clinic/blocks/{id}/lift': { post: Answer<unknown> & Body<{ reason: string }> & { parameters: { path: { id: string } } } }
}
export const api = client as unknown as Client<Paths>

export const blocksKey = ['clinic', 'blocks'] as const
export const blocksQuery = (patient = '') => infiniteQueryOptions({
  queryKey: [...blocksKey, patient],
  queryFn: ({ pageParam }) => take(api.GET('/clinic/blocks', { params: { query: { ...(patient && { patient }), ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
  initialPageParam: '',
  getNextPageParam: (last: Blocks) => last.next || undefined,
})
