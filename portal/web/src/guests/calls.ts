import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Create, Do, Get, Guest, NewOffer, Page } from '../api/types'

export type { Guest } from '../api/types'

interface Paths {
  '/charts/{patient}/visits/{id}/guests': Get<'/charts/{patient}/visits/{id}/guests', Page<Guest>> & Create<'/charts/{patient}/visits/{id}/guests', NewOffer>
  '/charts/{patient}/visits/{id}/guests/{guest}': Do<'/charts/{patient}/visits/{id}/guests/{guest}', 'delete'>
}
export const api = client as unknown as Client<Paths>

export const guestsQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'visit', id, 'guests'], queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/guests', { params: { path: { patient, id } } })) })
