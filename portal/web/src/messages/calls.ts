import type { Client } from 'openapi-fetch'
import { api as client } from '../api/client'
import type { Page, Problem } from '../api/types'
import type { Draft, Found, Held, HoldBody, InboxPage, InboxView, Message, MessageOptions, StaffNote, Thread, ThreadPage, Topic } from './types'

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type At<P, Q = never> = { parameters: { path: P; query?: Q } }
type Asked<Q> = { parameters: { query: Q } }
type Chart = { patient: string }
type InThread = Chart & { thread: string }

interface Paths {
  '/charts/{patient}/message-options': { get: Answer<MessageOptions> & At<Chart> }
  '/charts/{patient}/threads': {
    get: Answer<Page<Thread>> & At<Chart, { cursor?: string; limit?: number }>
    post: Answer<ThreadPage> & Body<{ id: string; topic: Topic; text: string; attachments?: string[]; language?: string; told?: boolean }> & At<Chart>
  }
  '/charts/{patient}/threads/{thread}': { get: Answer<ThreadPage> & At<InThread, { cursor?: string; limit?: number }> }
  '/charts/{patient}/threads/{thread}/messages': { post: Answer<Message> & Body<{ id: string; text: string; attachments?: string[]; language?: string; corrects?: string; told?: boolean }> & At<InThread> }
  '/charts/{patient}/threads/{thread}/read': { post: Answer<unknown> & Body<{ message: string }> & At<InThread> }
  '/charts/{patient}/threads/{thread}/close': { post: Answer<Thread> & At<InThread> }
  '/charts/{patient}/threads/{thread}/reopen': { post: Answer<Thread> & At<InThread> }
  '/charts/{patient}/drafts/{thread}': { get: Answer<Draft> & At<InThread>; put: Answer<Draft> & Body<Draft> & At<InThread>; delete: Answer<unknown> & At<InThread> }
  '/charts/{patient}/threads/{thread}/typing': { post: Answer<unknown> & At<InThread> }
  '/charts/{patient}/held': { get: Answer<Page<Held>> & At<Chart>; post: Answer<Held> & Body<HoldBody> & At<Chart> }
  '/charts/{patient}/held/{id}': { put: Answer<Held> & Body<HoldBody> & At<Chart & { id: string }>; delete: Answer<Held> & At<Chart & { id: string }> }
  '/charts/{patient}/held/{id}/send': { post: Answer<Message> & At<Chart & { id: string }> }
  '/charts/{patient}/messages/search': { post: Answer<Page<Found>> & Body<{ words: string; cursor?: string; limit?: number }> & At<Chart> }
  '/clinic/inbox/{patient}/{thread}/notes': { get: Answer<Page<StaffNote>> & At<InThread>; post: Answer<StaffNote> & Body<{ id: string; text: string }> & At<InThread> }
  '/clinic/inbox': { get: Answer<InboxPage> & Asked<{ view: InboxView; pool?: string; topic?: string; priority?: string; overdue?: boolean; cursor?: string; limit?: number }> }
  '/clinic/inbox/search': { post: Answer<InboxPage> & Body<{ view: InboxView; pool?: string; words: string; cursor?: string; limit?: number }> }
  '/clinic/inbox/{patient}/{thread}/claim': { post: Answer<Thread> & At<InThread> }
  '/clinic/inbox/{patient}/{thread}/release': { post: Answer<Thread> & At<InThread> }
}
export const api = client as unknown as Client<Paths>
