import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { components } from '../api/schema'
import type { Page, Problem } from '../api/types'

export type Says = components['schemas']['AppSays']
export type RegisteredApp = components['schemas']['RegisteredApp']
export type Method = Says['method']

type Answer<T, S extends number = 200> = { responses: { [K in S]: { content: { 'application/json': T } } } & { default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type At = { parameters: { path: { id: string } } }
interface Paths {
  '/admin/apps': { get: Answer<Page<RegisteredApp>> & { parameters: { query: { cursor?: string; limit?: number } } }; post: Answer<{ app: RegisteredApp; secret?: string }, 201> & Body<Says> }
  '/admin/apps/{id}': { get: Answer<RegisteredApp> & At; put: Answer<RegisteredApp> & At & Body<Says> }
  '/admin/apps/{id}/secret': { post: Answer<{ secret: string }> & At }
  '/admin/apps/{id}/disable': { post: Answer<RegisteredApp> & At }
  '/admin/apps/{id}/enable': { post: Answer<RegisteredApp> & At }
}
const api = client as unknown as Client<Paths, 'application/json'>

export const appsKey = ['apps'] as const
export const appsQuery = infiniteQueryOptions({
  queryKey: [...appsKey, 'list'],
  queryFn: ({ pageParam }) => take(api.GET('/admin/apps', { params: { query: { ...(pageParam && { cursor: pageParam }), limit: 50 } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next || undefined,
})
export const appQuery = (id: string) => queryOptions({ queryKey: [...appsKey, id], queryFn: () => take(api.GET('/admin/apps/{id}', { params: { path: { id } } })) })

const at = (id: string) => ({ params: { path: { id } } })
export const addApp = (body: Says) => take(api.POST('/admin/apps', { body }))
export const changeApp = (id: string, body: Says) => take(api.PUT('/admin/apps/{id}', { ...at(id), body }))
export const newSecret = (id: string) => take(api.POST('/admin/apps/{id}/secret', at(id)))
export const switchApp = (id: string, on: boolean) => take(on ? api.POST('/admin/apps/{id}/enable', at(id)) : api.POST('/admin/apps/{id}/disable', at(id)))
