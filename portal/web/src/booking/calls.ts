import type { Client } from 'openapi-fetch'
import { api as client } from '../api/client'
import type { Page, Problem } from '../api/types'
import type { Asked } from '../visits/beforeTypes'
import type { Appointment, FreeDays, VisitMode } from './types'

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Path = { patient: string }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
interface Paths {
  '/charts/{patient}/booking': { get: Answer<FreeDays> & { parameters: { path: Path; query: { practitioner?: string; mode: VisitMode; from?: string; days: number } } } }
  '/charts/{patient}/appointments': {
    get: Answer<Page<Appointment>> & { parameters: { path: Path; query: { when: 'coming' | 'past'; cursor?: string; limit?: number } } }
    post: Answer<Appointment> & Body<{ id: string; slot: string; mode: VisitMode; reason?: string }> & { parameters: { path: Path } }
  }
  '/charts/{patient}/appointments/{id}': { get: Answer<Appointment> & { parameters: { path: Path & { id: string } } } }
  '/charts/{patient}/appointments/{id}/cancel': { post: Answer<Appointment> & Body<{ reason?: string }> & { parameters: { path: Path & { id: string } } } }
  '/charts/{patient}/appointments/{id}/reschedule': { post: Answer<Appointment> & Body<{ slot: string }> & { parameters: { path: Path & { id: string } } } }
  '/clinic/day': { get: Answer<import('./types').Day> & { parameters: { query: { date?: string; whose: 'me' | 'all' } } } }
  '/charts/{patient}/visits/{id}/form': { get: Answer<Asked> & { parameters: { path: Path & { id: string } } } }
  '/clinic/day/late': { post: Answer<{ told: number }> & Body<{ minutes: number; practitioner?: string }> }
  '/charts/{patient}/visits/{id}/late': { post: Answer<unknown> & Body<{ minutes: number }> & { parameters: { path: Path & { id: string } } } }
}
export const api = client as unknown as Client<Paths>
