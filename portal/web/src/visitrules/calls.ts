import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Problem } from '../api/types'
import type { VisitForm } from '../visits/beforeTypes'

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
export interface Licence { places: string[]; outside: 'warn' | 'refuse'; version: number }
export interface FormChoice { mode: 'video' | 'clinic'; specialty?: string; form: string }
export interface FormChoices { choices: FormChoice[]; forms?: VisitForm[]; specialties?: string[]; version: number }
interface Paths {
  '/clinic/visits/licence': { get: Answer<Licence>; put: Answer<Licence> & Body<Licence> }
  '/clinic/visits/forms': { get: Answer<FormChoices>; put: Answer<FormChoices> & Body<FormChoices> }
}
const api = client as unknown as Client<Paths>

export const licenceQuery = queryOptions({ queryKey: ['clinic', 'visit-rules', 'licence'], queryFn: () => take(api.GET('/clinic/visits/licence')), refetchOnWindowFocus: false })
export const formsQuery = queryOptions({ queryKey: ['clinic', 'visit-rules', 'forms'], queryFn: () => take(api.GET('/clinic/visits/forms')), refetchOnWindowFocus: false })
export const saveLicence = (body: Licence) => take(api.PUT('/clinic/visits/licence', { body }))
export const saveForms = ({ choices, version }: FormChoices) => take(api.PUT('/clinic/visits/forms', { body: { choices, version } }))
