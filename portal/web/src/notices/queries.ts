import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Problem } from '../api/types'

export type ToldKind = 'message' | 'appointment' | 'visit' | 'note' | 'sharing' | 'result' | 'ask'
export type NoticeKind = ToldKind | 'oversight' | 'signin' | 'moved' | 'reach'
export type Channel = 'push' | 'email' | 'sms'
export interface Notice { id: string; kind: NoticeKind; at: string; seen: boolean; patient?: string; ref: string }
export interface NoticePage { items: Notice[]; next?: string; unseen: number }
export type Kinds = Record<ToldKind, Record<Channel, boolean>>
export interface Telling {
  push: { on: boolean; works?: boolean; key?: string; browsers?: number; phones?: number }
  email: { on: boolean; address?: string; works?: boolean; failing?: boolean }
  sms: { on: boolean; works?: boolean; number?: string; failing?: boolean }
  order: Channel[]
  digest: { on: boolean; at: string }
  quiet: { on: boolean; from: string; to: string; timeZone: string }
  kinds: Kinds
  people?: { patient: string; kinds: Kinds }[]
}
export type Network = 'webpush' | 'apns' | 'fcm' | 'mail' | 'sms'
export type State = 'waits' | 'underWay' | 'sent' | 'dropped' | 'covered' | 'refused' | 'unknown' | 'gathered' | 'gone'
export type FailureClass = 'later' | 'unknown' | 'refused' | 'gone' | 'setup' | 'bounced'
export interface Delivery {
  since: string
  networks: { name: Network; on: boolean; host?: string; dead: number }[]
  counts: { network: Network; kind: NoticeKind; state: State; n: number }[]
  failures: { network: Network; class: FailureClass; code: number; n: number; last: string }[]
  browsers: number; phones: number; numbers: number; failing: number; noNumber: number
}

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
interface Paths {
  '/notices': { get: Answer<NoticePage> & { parameters: { query?: { cursor?: string; limit?: number } } } }
  '/notices/seen': { post: Answer<unknown> & Body<{ ids?: string[]; all?: boolean }> }
  '/notices/{id}': { get: Answer<Notice> & { parameters: { path: { id: string } } } }
  '/me/notifications': { get: Answer<Telling>; put: Answer<Telling> & Body<Telling> }
  '/me/notifications/browser': { put: Answer<unknown> & Body<{ endpoint: string; p256dh: string; auth: string }> }
  '/me/notifications/browser/forget': { post: Answer<unknown> & Body<{ endpoint: string }> }
  '/me/notifications/number': { post: Answer<unknown> & Body<{ number: string }>; delete: Answer<unknown> }
  '/me/notifications/number/confirm': { post: Answer<unknown> & Body<{ code: string }> }
  '/me/notifications/email/again': { post: Answer<unknown> }
  '/admin/delivery': { get: Answer<Delivery> & { parameters: { query?: { days?: number } } } }
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
export const deliveryQuery = (days: number) => queryOptions({ queryKey: ['admin', 'delivery', days], queryFn: () => take(api.GET('/admin/delivery', { params: { query: { days } } })), refetchInterval: ({ state }) => (state.status === 'error' ? false : 30_000) })
