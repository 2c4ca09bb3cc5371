import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Page, Problem } from '../api/types'
import { inboxKey, messagesKey } from '../messages/queries'
import type { InboxPage, InboxView, Message, Thread, Topic } from '../messages/types'

export const priorities = ['routine', 'soon', 'urgent'] as const
export type Priority = (typeof priorities)[number]
export const kinds = ['task', 'refill', 'appointment', 'note'] as const
export type MadeKind = (typeof kinds)[number]
export interface Step { at: string; kind: 'route' | 'claim' | 'release' | 'hand' | 'priority' | 'close' | 'reopen' | 'escalate' | 'turn' | 'danger'; by?: string; to?: string; reason?: string; note?: string }
export interface Made { id: string; kind: MadeKind; ref: string; at: string }
export interface Pool { id: string; name: string }
export interface Peer { account: string; name: string; role: 'clinician' | 'nurse'; me: boolean; out: boolean }
export interface Place { patient: string; thread: string; from?: string }
export interface Load { account: string; name: string; role: string; out: boolean; open: number; overdue: number; answered: number; median: number }
export interface Narrow { view?: InboxView; pool?: string; topic?: Topic; priority?: Priority; overdue?: boolean }
export interface Filter extends Narrow { id: string; name: string }
export interface Phrase { name: string; text: string; clinic: boolean; version?: number }
export interface Hand { account?: string; pool?: string; from?: string; note?: string }
export interface Out { id: string; account: string; name: string; from: string; until: string; byName: string }
export interface Named { id: string; name: string }
/** Who is out, of whom one may say it, and who can stand in. */
export interface Outs { items: Out[]; for: Named[]; people: Named[]; pools: Named[] }
export interface People { people: Peer[]; pools: Pool[] }
export type BulkAct = { act: 'claim' | 'close' } | { act: 'priority'; priority: Priority } | { act: 'hand'; hand: Hand }

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type At<P> = { parameters: { path: P } }
type InThread = At<{ patient: string; thread: string }>
interface Paths {
  '/clinic/inbox': { get: Answer<InboxPage> & { parameters: { query: Narrow & { cursor?: string; limit?: number } } } }
  '/clinic/inbox/{patient}/{thread}/hand': { post: Answer<Thread> & Body<Hand> & InThread }
  '/clinic/inbox/{patient}/{thread}/priority': { post: Answer<Thread> & Body<{ priority: Priority }> & InThread }
  '/clinic/inbox/{patient}/{thread}/steps': { get: Answer<{ steps: Step[]; made: Made[] }> & InThread }
  '/clinic/inbox/{patient}/{thread}/people': { get: Answer<People> & InThread }
  '/clinic/inbox/people': { post: Answer<People> & Body<{ patients: string[] }> }
  '/clinic/inbox/{patient}/{thread}/answer': { post: Answer<{ thread: Thread; message: Message }> & Body<{ id: string; text: string; attachments?: string[] }> & InThread }
  '/clinic/inbox/{patient}/{thread}/become': { post: Answer<Made> & Body<{ id: string; kind: MadeKind; text: string }> & InThread }
  '/clinic/inbox/{patient}/{thread}/phrase': { post: Answer<{ text: string; missing: string[] }> & Body<{ name: string; locale: string }> & InThread }
  '/clinic/inbox/bulk': { post: Answer<Page<{ patient: string; thread: string; done: boolean; code?: string }>> & Body<BulkAct & { on: Place[] }> }
  '/clinic/inbox/pools': { get: Answer<Page<Pool>> }
  '/clinic/inbox/load': { get: Answer<Page<Load>> & { parameters: { query: { pool: string } } } }
  '/clinic/inbox/filters': { get: Answer<Page<Filter>> }
  '/clinic/inbox/filters/{id}': { put: Answer<unknown> & Body<Filter> & At<{ id: string }>; delete: Answer<unknown> & At<{ id: string }> }
  '/clinic/phrases': { get: Answer<{ items: Phrase[]; fields: string[] }> }
  '/clinic/phrases/{name}': { put: Answer<Phrase> & Body<{ text: string; clinic?: boolean; version?: number }> & At<{ name: string }>; delete: Answer<unknown> & { parameters: { path: { name: string }; query: { clinic: boolean } } } }
  '/clinic/coverage': { get: Answer<Outs>; post: Answer<Out> & Body<{ account?: string; from: string; until: string; byAccount?: string; byPool?: string }> }
  '/clinic/coverage/{id}': { delete: Answer<unknown> & At<{ id: string }> }
}
export const work = client as unknown as Client<Paths>

export const poolsQuery = queryOptions({ queryKey: ['clinic', 'pools', 'mine'], queryFn: () => take(work.GET('/clinic/inbox/pools')), staleTime: 60_000 })
export const filtersQuery = queryOptions({ queryKey: ['clinic', 'filters'], queryFn: () => take(work.GET('/clinic/inbox/filters')) })
export const phrasesQuery = queryOptions({ queryKey: ['clinic', 'phrases'], queryFn: () => take(work.GET('/clinic/phrases')), staleTime: 60_000 })
export const outQuery = queryOptions({ queryKey: ['clinic', 'coverage'], queryFn: () => take(work.GET('/clinic/coverage')) })
export const loadQuery = (pool: string) => queryOptions({ queryKey: [...inboxKey, 'load', pool], queryFn: () => take(work.GET('/clinic/inbox/load', { params: { query: { pool } } })) })
export const stepsQuery = (patient: string, thread: string) =>
  queryOptions({ queryKey: [...messagesKey(patient), 'steps', thread], queryFn: () => take(work.GET('/clinic/inbox/{patient}/{thread}/steps', { params: { path: { patient, thread } } })) })
export const peopleQuery = (patient: string, thread: string) =>
  queryOptions({ queryKey: [...messagesKey(patient), 'people', thread], queryFn: () => take(work.GET('/clinic/inbox/{patient}/{thread}/people', { params: { path: { patient, thread } } })) })
/** To whom all chosen conversations can go. */
export const peopleOfAllQuery = (patients: string[]) => queryOptions({ queryKey: [...inboxKey, 'people', patients], queryFn: () => take(work.POST('/clinic/inbox/people', { body: { patients } })), staleTime: 10_000 })
