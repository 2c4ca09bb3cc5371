import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { problemOf } from '../api/problem'
import type { Problem } from '../api/types'

export interface Track { binary: string; name: string; role: string; kind: 'audio' | 'camera' | 'screen'; contentType: string; startMs: number; lengthMs: number; bytes: number; width?: number; height?: number }
export interface Recorded {
  id: string
  visit: string
  beganAt: string
  endedAt: string
  why: 'stopped' | 'refused' | 'withdrawn' | 'ended' | 'room' | 'disk' | 'full'
  broken?: boolean
  expiresAt: string
  files: Track[]
  agreed: { name: string; role: string; answer: 'yes' | 'no' | 'withdrawn'; at: string }[]
}
interface Paths {
  '/charts/{patient}/recordings/{id}': {
    get: { parameters: { path: { patient: string; id: string } }; responses: { 200: { content: { 'application/json': Recorded } }; default: { content: { 'application/problem+json': Problem } } } }
  }
}
const api = client as unknown as Client<Paths>

export const recordingQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: ['recording', patient, id], queryFn: () => take(api.GET('/charts/{patient}/recordings/{id}', { params: { path: { patient, id } } })) })

export const playPath = (patient: string, binary: string) => `/api/v1/charts/${patient}/binaries/${binary}`
export const savePath = (patient: string, binary: string) => `${playPath(patient, binary)}/saved`

/** Whether it may be saved now: the server may want the person confirmed first. */
export async function maySave(patient: string, binary: string): Promise<void> {
  const answer = await fetch(savePath(patient, binary), { credentials: 'same-origin', cache: 'no-store', headers: { Range: 'bytes=0-0' } })
  if (!answer.ok) throw await problemOf(answer)
  await answer.arrayBuffer()
}
