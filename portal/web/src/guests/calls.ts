import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Page, Problem } from '../api/types'
import type { Offer } from '../sharing/calls'

export interface Guest { id: string; name: string; relation: string; from: string; until: string; state: 'invited' | 'active' | 'ended' | 'revoked' }

type Answer<T, S extends number = 200> = { responses: { [K in S]: { content: { 'application/json': T } } } & { default: { content: { 'application/problem+json': Problem } } } }
type Of = { parameters: { path: { patient: string; id: string } } }
interface Paths {
  '/charts/{patient}/visits/{id}/guests': { get: Answer<Page<Guest>> & Of; post: Answer<Offer & { secret: string }, 201> & Of & { requestBody: { content: { 'application/json': { name: string; relation: string } } } } }
  '/charts/{patient}/visits/{id}/guests/{guest}': { delete: Answer<unknown> & { parameters: { path: { patient: string; id: string; guest: string } } } }
}
export const api = client as unknown as Client<Paths>

export const guestsQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'visit', id, 'guests'], queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/guests', { params: { path: { patient, id } } })) })
