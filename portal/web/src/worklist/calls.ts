import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Entry, Identifier, Page, PatientInfo, Problem } from '../api/types'

export interface Candidate extends PatientInfo { source?: string; since: string; count: number; identifiers?: Identifier[] }
export interface Match { a: Candidate; b: Candidate; score: number; grade: 'certain' | 'probable' | 'possible'; since: string }
export interface Assign { patient: PatientInfo; other: PatientInfo; ref: string; entry?: Entry; since: string }
/** Two records joined by a decision, and what was written since. */
export interface Joined {
  id: string; survivor: string; other: string; reason: string; createdAt: string; by?: string; with: Candidate; first: boolean
  written: { ref: string; there: boolean; entry?: Entry }[]; writtenCount: number
}
/** What somebody sent about a person who is not known here. */
export interface Unplaced {
  source: string; party: string; person: PatientInfo; kinds: { type: string; count: number }[]; first?: string; last?: string; since: string
  candidates: (Candidate & { score: number; grade: Match['grade'] })[]
}
export interface HeldResult { patient: string; name: string; entry: Entry; until: string; harm: boolean; reason?: string; by?: string }

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type Asked = { parameters: { query: { cursor?: string; limit?: number } } }
type At<P> = { parameters: { path: P } }
type Pair = { survivor: string; other: string; reason: string }
interface Paths {
  '/clinic/matches': { get: Answer<Page<Match>> & Asked }
  '/clinic/matches/join': { post: Answer<unknown> & Body<Pair> }
  '/clinic/matches/apart': { post: Answer<unknown> & Body<{ a: string; b: string }> }
  '/clinic/matches/part': { post: Answer<{ written: number }> & Body<Pair> }
  '/clinic/imports': { get: Answer<Page<Unplaced>> & Asked }
  '/clinic/imports/place': { post: Answer<{ patient: string }> & Body<{ source: string; party: string; chart?: string; reason?: string }> }
  '/clinic/imports/refuse': { post: Answer<unknown> & Body<{ source: string; party: string; reason: string }> }
  '/charts/{patient}/joined': { get: Answer<Page<Joined>> & At<{ patient: string }> }
  '/clinic/assigns': { get: Answer<Page<Assign>> & Asked }
  '/clinic/assigns/stay': { post: Answer<unknown> & Body<{ patient: string; other: string; type: string; id: string }> }
  '/clinic/refile': { post: Answer<{ refs: string[] }> & Body<{ from: string; to: string; refs: string[]; reason: string }> }
  '/clinic/held': { get: Answer<Page<HeldResult>> & Asked }
  '/charts/{patient}/release': { get: Answer<{ days: number }> & At<{ patient: string }>; put: Answer<{ days: number }> & Body<{ days: number }> & At<{ patient: string }> }
  '/charts/{patient}/entries/{type}/{id}/release': { post: Answer<unknown> & At<{ patient: string; type: string; id: string }> }
  '/charts/{patient}/entries/{type}/{id}/hold': { post: Answer<unknown> & Body<{ reason: string; until: string }> & At<{ patient: string; type: string; id: string }> }
}
export const api = client as unknown as Client<Paths>

export const worklistKey = ['clinic', 'worklist'] as const
const paged = <T>(name: string, fetch: (query: { cursor?: string; limit: number }) => Promise<Page<T>>) =>
  infiniteQueryOptions({
    queryKey: [...worklistKey, name],
    queryFn: ({ pageParam }) => fetch({ ...(pageParam && { cursor: pageParam }), limit: 20 }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const matchesQuery = paged('matches', (query) => take(api.GET('/clinic/matches', { params: { query } })))
export const assignsQuery = paged('assigns', (query) => take(api.GET('/clinic/assigns', { params: { query } })))
export const heldQuery = paged('held', (query) => take(api.GET('/clinic/held', { params: { query } })))

export const importsQuery = paged('imports', (query) => take(api.GET('/clinic/imports', { params: { query } })))

export const joinedQuery = (patient: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'joined'], queryFn: () => take(api.GET('/charts/{patient}/joined', { params: { path: { patient } } })) })

export const waitQuery = (patient: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'wait'], queryFn: () => take(api.GET('/charts/{patient}/release', { params: { path: { patient } } })) })
