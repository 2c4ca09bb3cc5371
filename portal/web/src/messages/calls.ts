import type { Client } from 'openapi-fetch'
import { api as client } from '../api/client'
import type { Page, Problem } from '../api/types'
import type { Draft, InboxPage, InboxView, Message, MessageOptions, Thread, ThreadPage, Topic } from './types'

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
    post: Answer<ThreadPage> & Body<{ id: string; topic: Topic; text: string; attachments?: string[] }> & At<Chart>
  }
  '/charts/{patient}/threads/{thread}': { get: Answer<ThreadPage> & At<InThread, { cursor?: string; limit?: number }> }
  '/charts/{patient}/threads/{thread}/messages': { post: Answer<Message> & Body<{ id: string; text: string; attachments?: string[] }> & At<InThread> }
  '/charts/{patient}/threads/{thread}/read': { post: Answer<unknown> & Body<{ message: string }> & At<InThread> }
  '/charts/{patient}/threads/{thread}/close': { post: Answer<Thread> & At<InThread> }
  '/charts/{patient}/threads/{thread}/reopen': { post: Answer<Thread> & At<InThread> }
  '/charts/{patient}/drafts/{thread}': { get: Answer<Draft> & At<InThread>; put: Answer<Draft> & Body<Draft> & At<InThread>; delete: Answer<unknown> & At<InThread> }
  '/clinic/inbox': { get: Answer<InboxPage> & Asked<{ view: InboxView; pool?: string; priority?: string; overdue?: boolean; cursor?: string; limit?: number }> }
  '/clinic/inbox/search': { post: Answer<InboxPage> & Body<{ view: InboxView; pool?: string; words: string; cursor?: string; limit?: number }> }
  '/clinic/inbox/{patient}/{thread}/claim': { post: Answer<Thread> & At<InThread> }
  '/clinic/inbox/{patient}/{thread}/release': { post: Answer<Thread> & At<InThread> }
}
export const api = client as unknown as Client<Paths>
