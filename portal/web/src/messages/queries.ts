import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { take } from '../api/client'
import { isNotFound } from '../api/problem'
import { chartKey } from '../api/queries'
import { api } from './calls'
import type { Draft, InboxView, Topic } from './types'

// Under the chart's key, so that a hint about the chart makes them stale; the topic of its messages does as well.
export const messagesKey = (patient: string) => [...chartKey(patient), 'messages'] as const
export const threadKey = (patient: string, thread: string) => [...messagesKey(patient), 'thread', thread] as const
export const inboxKey = ['clinic', 'inbox'] as const

export const optionsQuery = (patient: string) =>
  queryOptions({
    queryKey: [...messagesKey(patient), 'options'],
    queryFn: () => take(api.GET('/charts/{patient}/message-options', { params: { path: { patient } } })),
    staleTime: 60_000,
  })

export const threadsQuery = (patient: string) =>
  infiniteQueryOptions({
    queryKey: [...messagesKey(patient), 'threads'],
    queryFn: ({ pageParam }) => take(api.GET('/charts/{patient}/threads', { params: { path: { patient }, query: { ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const threadQuery = (patient: string, thread: string) =>
  infiniteQueryOptions({
    queryKey: threadKey(patient, thread),
    queryFn: ({ pageParam }) =>
      take(api.GET('/charts/{patient}/threads/{thread}', { params: { path: { patient, thread }, query: { ...(pageParam && { cursor: pageParam }), limit: 30 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

/** What one sent oneself and nobody has yet. */
export const heldKey = (patient: string) => [...messagesKey(patient), 'held'] as const
export const heldQuery = (patient: string) =>
  queryOptions({ queryKey: heldKey(patient), queryFn: async () => (await take(api.GET('/charts/{patient}/held', { params: { path: { patient } } }))).items })

export const notesKey = (patient: string, thread: string) => [...inboxKey, 'notes', patient, thread] as const
export const notesQuery = (patient: string, thread: string) =>
  queryOptions({ queryKey: notesKey(patient, thread), queryFn: async () => (await take(api.GET('/clinic/inbox/{patient}/{thread}/notes', { params: { path: { patient, thread } } }))).items })

export const foundQuery = (patient: string, words: string) =>
  infiniteQueryOptions({
    queryKey: [...messagesKey(patient), 'found', words],
    queryFn: ({ pageParam }) => take(api.POST('/charts/{patient}/messages/search', { params: { path: { patient } }, body: { words, ...(pageParam && { cursor: pageParam }), limit: 20 } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export interface InboxNarrow { pool?: string; topic?: Topic; priority?: 'routine' | 'soon' | 'urgent'; overdue?: boolean }

export const inboxQuery = (view: InboxView, q: string, narrow: InboxNarrow = {}) =>
  infiniteQueryOptions({
    queryKey: [...inboxKey, view, q, narrow],
    queryFn: ({ pageParam }) =>
      take(
        q
          ? api.POST('/clinic/inbox/search', { body: { view, words: q, ...(narrow.pool && { pool: narrow.pool }), ...(pageParam && { cursor: pageParam }), limit: 30 } })
          : api.GET('/clinic/inbox', { params: { query: { view, ...narrow, ...(pageParam && { cursor: pageParam }), limit: 30 } } }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    // Answers become late while nothing moves.
    refetchInterval: 60_000,
  })

/** What was written and not sent; none is no mistake. */
export async function readDraft(patient: string, thread: string): Promise<Draft | undefined> {
  try {
    return await take(api.GET('/charts/{patient}/drafts/{thread}', { params: { path: { patient, thread } } }))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
