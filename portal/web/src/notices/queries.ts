import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Problem } from '../api/types'

export type NoticeKind = 'message' | 'appointment' | 'visit' | 'note' | 'sharing' | 'result' | 'ask' | 'oversight'
export interface Notice { id: string; kind: NoticeKind; at: string; seen: boolean; patient?: string; ref: string }
export interface NoticePage { items: Notice[]; next?: string; unseen: number }
export interface Telling {
  email: { on: boolean; address?: string; works?: boolean }
  quiet: { on: boolean; from: string; to: string; timeZone: string }
  kinds: Record<Exclude<NoticeKind, 'oversight'>, { email: boolean }>
}

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
interface Paths {
  '/notices': { get: Answer<NoticePage> & { parameters: { query?: { cursor?: string; limit?: number } } } }
  '/notices/seen': { post: Answer<unknown> & Body<{ ids?: string[]; all?: boolean }> }
  '/notices/{id}': { get: Answer<Notice> & { parameters: { path: { id: string } } } }
  '/me/notifications': { get: Answer<Telling>; put: Answer<Telling> & Body<Telling> }
}
export const api = client as unknown as Client<Paths>

const noticesKey = ['notices'] as const

export const unseenQuery = queryOptions({ queryKey: [...noticesKey, 'unseen'], queryFn: () => take(api.GET('/notices', { params: { query: { limit: 1 } } })), staleTime: 60_000 })
export const noticesQuery = infiniteQueryOptions({
  queryKey: [...noticesKey, 'list'],
  queryFn: ({ pageParam }) => take(api.GET('/notices', { params: { query: { ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
  initialPageParam: '',
  getNextPageParam: (last) => last.next || undefined,
})
export const tellingQuery = queryOptions({ queryKey: ['me', 'notifications'], queryFn: () => take(api.GET('/me/notifications', {})) })
export const noticeQuery = (id: string) => queryOptions({ queryKey: [...noticesKey, 'one', id], queryFn: () => take(api.GET('/notices/{id}', { params: { path: { id } } })) })
