import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Page, Problem } from '../api/types'
import type { Topic } from '../messages/types'

export const topics: Topic[] = ['question', 'medicine', 'appointment', 'results', 'billing', 'other']
export interface Span { day: number; from: string; to: string }
export interface Hours { zone?: string; week?: Span[]; holidays?: string[] }
export interface Rules { topics?: Topic[]; languages?: string[]; priorities?: Record<string, string>; within?: Record<string, number>; soon?: number; urgent?: number; hours: Hours }
export interface PoolInput { organization?: string; name: string; standard?: boolean; active: boolean; rules: Rules; escalation?: string; version?: number }
export interface Pool extends PoolInput { id: string; standard: boolean; version: number }
export interface Listed extends Pool { members: number; charts: number; waiting: number }
export type Role = 'clinician' | 'nurse' | 'frontdesk'
export interface Member { account: string; name: string; role: Role; lead: boolean; from: string; until?: string; out: boolean }
export interface Colleague { account: string; name: string; roles: Role[] }

export const begins = ['due', 'arrival'] as const
export const ends = ['answered', 'claimed'] as const
export const clocks = ['open', 'wall'] as const
export const afters = ['stop', 'repeat', 'standard'] as const
/** Whom a step tells; without anybody, whoever has the message. */
export interface Rung { account?: string; pool?: string; give?: boolean; minutes: number }
export interface EscalationInput { name: string; from: (typeof begins)[number]; until: (typeof ends)[number]; clock: (typeof clocks)[number]; steps: Rung[]; then: (typeof afters)[number]; version: number }
/** What is urgent follows this one, whatever its pool says. */
export const urgent = 'urgent'
export const nameOf = /^[a-z0-9][a-z0-9-]{0,39}$/

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type At<P> = { parameters: { path: P } }
interface Paths {
  '/clinic/pools': { get: Answer<Page<Listed>>; post: Answer<Pool> & Body<PoolInput> }
  '/clinic/pools/{pool}': { put: Answer<Pool> & Body<PoolInput> & At<{ pool: string }> }
  '/clinic/pools/{pool}/members': { get: Answer<Page<Member>> & At<{ pool: string }>; post: Answer<unknown> & Body<{ account: string; role: Role; lead?: boolean }> & At<{ pool: string }> }
  '/clinic/pools/{pool}/members/{account}': { delete: Answer<unknown> & At<{ pool: string; account: string }> }
  '/clinic/escalations': { get: Answer<Page<EscalationInput>> }
  '/clinic/escalations/{name}': { put: Answer<EscalationInput> & Body<EscalationInput> & At<{ name: string }>; delete: Answer<unknown> & At<{ name: string }> }
  '/clinic/colleagues': { get: Answer<Page<Colleague>> }
}
export const api = client as unknown as Client<Paths>

export const poolsKey = ['clinic', 'pools', 'all'] as const
export const poolsQuery = queryOptions({ queryKey: poolsKey, queryFn: () => take(api.GET('/clinic/pools')) })
export const membersQuery = (pool: string) => queryOptions({ queryKey: [...poolsKey, pool, 'members'], queryFn: () => take(api.GET('/clinic/pools/{pool}/members', { params: { path: { pool } } })) })
export const colleaguesQuery = queryOptions({ queryKey: ['clinic', 'colleagues', 'pools'], queryFn: () => take(api.GET('/clinic/colleagues')) })
export const escalationsQuery = queryOptions({ queryKey: ['clinic', 'escalations'], queryFn: () => take(api.GET('/clinic/escalations')) })
export const saveEscalation = (body: EscalationInput) => take(api.PUT('/clinic/escalations/{name}', { params: { path: { name: body.name } }, body }))
