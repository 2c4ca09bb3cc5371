import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { AccessRow, Category, Page, Problem } from '../api/types'

export interface Found { patient: string; name: string; birthDate?: string; sex?: string; open: boolean }
export interface OpenGlass { patient: string; reason: string; since: string; until: string; seconds: number }
export interface Glass {
  id: string; who: string; role: 'clinician' | 'nurse'; patient: string; patientName: string; birthDate?: string; reason: string
  from: string; until: string; state: 'open' | 'justified' | 'unjustified'; note?: string; reviewer?: string; reviewedAt?: string
}
export type TeamRole = 'clinician' | 'nurse' | 'frontdesk'
export interface TeamMember { account: string; name: string; role: TeamRole; from: string; until?: string; state: 'now' | 'planned' | 'past'; addedBy?: string }
export interface TeamPool { id: string; name: string; members: number }
export interface Colleague { account: string; name: string; roles: TeamRole[] }
export const towards = ['frontdesk', 'member', 'caregiver', 'caregivers', 'apps', 'insurer', 'organization', 'person'] as const
export type Towards = (typeof towards)[number]
export interface Restriction {
  id: string; patient: string; patientName?: string; towards: Towards; name?: string; categories: Category[]; words?: string
  state: 'asked' | 'agreed' | 'declined' | 'withdrawn'; enforced: boolean; reason?: string; askedAt: string; decidedBy?: string; decidedAt?: string
}
export interface Ask { towards: Towards; account?: string; grant?: string; name?: string; categories: Category[]; words?: string }

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type At<P> = { parameters: { path: P } }
type Asked<Q> = { parameters: { query?: Q & { cursor?: string; limit?: number } } }
type InChart = At<{ patient: string }>
interface Paths {
  '/clinic/lookup': { post: Answer<Page<Found>> & Body<{ name?: string; birthDate?: string; number?: string }> }
  '/clinic/glass': { get: Answer<Page<OpenGlass>> }
  '/charts/{patient}/glass': { post: Answer<OpenGlass> & Body<{ reason: string }> & InChart; delete: Answer<unknown> & InChart }
  '/privacy/glass': { get: Answer<Page<Glass>> & Asked<{ reviewed?: boolean }> }
  '/privacy/glass/{id}': { get: Answer<Glass & { opened: AccessRow[] }> & At<{ id: string }> }
  '/privacy/glass/{id}/review': { post: Answer<unknown> & Body<{ justified: boolean; note: string }> & At<{ id: string }> }
  '/clinic/colleagues': { get: Answer<Page<Colleague>> }
  '/charts/{patient}/team': { get: Answer<Page<TeamMember>> & InChart; post: Answer<unknown> & Body<{ account: string; role: TeamRole; from?: string; until?: string }> & InChart }
  '/charts/{patient}/pools': { get: Answer<Page<TeamPool>> & InChart; post: Answer<unknown> & Body<{ pool: string }> & InChart }
  '/charts/{patient}/pools/{pool}': { delete: Answer<unknown> & At<{ patient: string; pool: string }> }
  '/clinic/pools': { get: Answer<Page<TeamPool & { active: boolean }>> }
  '/charts/{patient}/team/{account}': { delete: Answer<unknown> & At<{ patient: string; account: string }> }
  '/charts/{patient}/restrictions': { get: Answer<Page<Restriction>> & InChart; post: Answer<Restriction> & Body<Ask> & InChart }
  '/charts/{patient}/restrictions/{id}': { delete: Answer<unknown> & At<{ patient: string; id: string }> }
  '/privacy/restrictions': { get: Answer<Page<Restriction>> & Asked<{ decided?: boolean }> }
  '/privacy/restrictions/{id}/decide': { post: Answer<unknown> & Body<{ agree: boolean; reason?: string }> & At<{ id: string }> }
}
export const api = client as unknown as Client<Paths>

export const glassKey = ['clinic', 'glass'] as const
export const privacyKey = ['privacy'] as const
const pageOf = 50

/** The records that the reader has open in an emergency; asked again before the first one closes. */
export const glassQuery = queryOptions({ queryKey: glassKey, queryFn: () => take(api.GET('/clinic/glass')), refetchInterval: 60_000 })
export const reviewQuery = (reviewed: boolean) =>
  queryOptions({ queryKey: [...privacyKey, 'glass', reviewed], queryFn: () => take(api.GET('/privacy/glass', { params: { query: { ...(reviewed && { reviewed }), limit: pageOf } } })) })
export const openedQuery = (id: string) =>
  queryOptions({ queryKey: [...privacyKey, 'glass', id], queryFn: () => take(api.GET('/privacy/glass/{id}', { params: { path: { id } } })) })
export const decideQuery = (decided: boolean) =>
  queryOptions({ queryKey: [...privacyKey, 'restrictions', decided], queryFn: () => take(api.GET('/privacy/restrictions', { params: { query: { ...(decided && { decided }), limit: pageOf } } })) })
export const teamQuery = (patient: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'team'], queryFn: () => take(api.GET('/charts/{patient}/team', { params: { path: { patient } } })) })
export const colleaguesQuery = queryOptions({ queryKey: ['clinic', 'colleagues'], queryFn: () => take(api.GET('/clinic/colleagues')) })
export const restrictionsQuery = (patient: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'restrictions'], queryFn: () => take(api.GET('/charts/{patient}/restrictions', { params: { path: { patient } } })) })
export const teamPoolsQuery = (patient: string) => queryOptions({ queryKey: [...chartKey(patient), 'pools'], queryFn: () => take(api.GET('/charts/{patient}/pools', { params: { path: { patient } } })) })
export const allPoolsQuery = queryOptions({ queryKey: ['clinic', 'pools', 'all'], queryFn: () => take(api.GET('/clinic/pools')) })
