import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { components, paths } from '../api/schema'
import type { Create, Do, Get, Guest, NewOffer, Page } from '../api/types'

export type { Guest } from '../api/types'
export type GuestLink = components['schemas']['GuestLink']
export type GuestLinkMade = components['schemas']['GuestLinkMade']

interface Paths {
  '/charts/{patient}/visits/{id}/guests': Get<'/charts/{patient}/visits/{id}/guests', Page<Guest>> & Create<'/charts/{patient}/visits/{id}/guests', NewOffer>
  '/charts/{patient}/visits/{id}/guests/{guest}': Do<'/charts/{patient}/visits/{id}/guests/{guest}', 'delete'>
}
export const api = client as unknown as Client<Paths & Pick<paths, '/charts/{patient}/visits/{id}/guest-links' | '/charts/{patient}/visits/{id}/guest-links/{guest}'>>

export const guestsQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'visit', id, 'guests'], queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/guests', { params: { path: { patient, id } } })) })

export const guestLinksQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'visit', id, 'guest links'], queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/guest-links', { params: { path: { patient, id } } })) })
