import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Category, GrantPower, Page, Problem } from '../api/types'

export interface Offer {
  id: string; name: string; relation: string; sees: Category[]; hides: string[]; can: GrantPower[]; until: string; expiresAt: string
  state: 'waiting' | 'accepted' | 'withdrawn' | 'expired'; createdAt: string
}
/** What somebody is given who opens the link: the patient's id comes with the acceptance. */
export interface Invited extends Offer { patient?: string; patientName: string; visit?: string; from?: string }
export interface Shared { sees: Category[]; can: GrantPower[]; sensitive: boolean; until: string }

type Answer<T, S extends number = 200> = { responses: { [K in S]: { content: { 'application/json': T } } } & { default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type At<P> = { parameters: { path: P } }
interface Paths {
  '/charts/{patient}/offers': { get: Answer<Page<Offer>> & At<{ patient: string }>; post: Answer<Offer & { secret: string }, 201> & Body<Shared & { name: string; relation: string }> & At<{ patient: string }> }
  '/charts/{patient}/offers/{id}': { delete: Answer<unknown> & At<{ patient: string; id: string }> }
  '/charts/{patient}/grants/{id}': { patch: Answer<unknown> & Body<Shared> & At<{ patient: string; id: string }>; delete: Answer<unknown> & At<{ patient: string; id: string }> }
  '/me/offers/open': { post: Answer<Invited> & Body<{ secret: string }> }
  '/me/offers/accept': { post: Answer<Invited> & Body<{ secret: string }> }
}
export const api = client as unknown as Client<Paths>

export const offersQuery = (patient: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'offers'], queryFn: () => take(api.GET('/charts/{patient}/offers', { params: { path: { patient } } })) })

/** Sharing ends at midnight: the last day is the one before. */
export const lastDayOf = (until: string): string => new Date(Date.parse(until) - 1000).toISOString()

/** What acting on something needs to be seen along with it. */
const needs: Partial<Record<GrantPower, Category>> = { messages: 'messages', scheduling: 'appointments', medicines: 'medicines', documents: 'documents' }
export const withNeeded = (sees: Category[], can: GrantPower[]): Category[] => [...new Set([...sees, ...can.flatMap((power) => needs[power] ?? [])])]

const storeKey = 'housecall.invitation'
/**
 * The secret of a link stands behind the #, which no server sees. It leaves the address at once, and is kept for this tab
 * alone over the way through the sign-in.
 */
export function keepSecret(hash: string): void {
  try {
    window.sessionStorage.setItem(storeKey, hash.replace(/^#/, ''))
  } catch {
    // Without storage the link has to be opened once more after the sign-in.
  }
}
export function keptSecret(): string {
  try {
    return window.sessionStorage.getItem(storeKey) ?? ''
  } catch {
    return ''
  }
}
export function forgetSecret(): void {
  try {
    window.sessionStorage.removeItem(storeKey)
  } catch {
    // There was none.
  }
}
