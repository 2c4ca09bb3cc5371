import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Category, Create, Do, Get, GrantPower, Invited, NewOffer, Offer, Page, Post } from '../api/types'

export type { Invited, Offer } from '../api/types'
export interface Shared { sees: Category[]; can: GrantPower[]; sensitive: boolean; until: string }

interface Paths {
  '/charts/{patient}/offers': Get<'/charts/{patient}/offers', Page<Offer>> & Create<'/charts/{patient}/offers', NewOffer>
  '/charts/{patient}/offers/{id}': Do<'/charts/{patient}/offers/{id}', 'delete'>
  '/charts/{patient}/grants/{id}': Do<'/charts/{patient}/grants/{id}', 'patch' | 'delete'>
  '/me/offers/open': Post<'/me/offers/open', Invited>
  '/me/offers/accept': Post<'/me/offers/accept', Invited>
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
