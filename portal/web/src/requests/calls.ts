import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { activity } from '../api/activity'
import { api as client, apiLanguage, csrfToken, take } from '../api/client'
import { ApiError, problemOf } from '../api/problem'
import type { AccessRequest, Category, ClinicRequest, Create, Do, Get, GrantPower, Page } from '../api/types'

export type { AccessRequest, ClinicRequest } from '../api/types'
export const bases = ['parent', 'guardian', 'power-of-attorney'] as const satisfies readonly AccessRequest['basis'][]
export type Basis = AccessRequest['basis']
export interface Approval { patient: string; sees: Category[]; can: GrantPower[]; sensitive: boolean; until: string; evidence: string; jurisdiction?: string }

interface Paths {
  '/me/requests': Get<'/me/requests', Page<AccessRequest>> & Create<'/me/requests', AccessRequest>
  '/me/requests/{id}': Do<'/me/requests/{id}', 'delete'>
  '/clinic/access-requests': Get<'/clinic/access-requests', Page<ClinicRequest>>
  '/clinic/access-requests/{id}/match': Do<'/clinic/access-requests/{id}/match', 'post'>
  '/clinic/access-requests/{id}/approve': Do<'/clinic/access-requests/{id}/approve', 'post'>
  '/clinic/access-requests/{id}/refuse': Do<'/clinic/access-requests/{id}/refuse', 'post'>
}
export const api = client as unknown as Client<Paths>

export const ownQuery = queryOptions({ queryKey: ['me', 'requests'], queryFn: () => take(api.GET('/me/requests')) })
export const requestsQuery = infiniteQueryOptions({
  queryKey: ['clinic', 'access-requests'],
  queryFn: ({ pageParam }) => take(api.GET('/clinic/access-requests', { params: { query: { ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
  initialPageParam: '',
  getNextPageParam: (last: Page<ClinicRequest>) => last.next || undefined,
})

export const paperAddress = (id: string): string => `/api/v1/clinic/access-requests/${encodeURIComponent(id)}/evidence`
export const largestPaper = 10_000_000
export const isPaper = (file: File): boolean => file.type === 'application/pdf' || file.type.startsWith('image/')

/** A photo of a phone is made smaller first; what cannot be read is sent as it is, and the server says what it thinks. */
async function ready(file: File): Promise<Blob> {
  if (!file.type.startsWith('image/')) return file
  const { redraw } = await import('../messages/photo')
  return redraw(file).catch(() => file)
}

export async function sendPaper(id: string, file: File): Promise<void> {
  const body = await ready(file)
  activity.told()
  let answer: Response
  try {
    answer = await fetch(`/api/v1/me/requests/${encodeURIComponent(id)}/evidence`, {
      method: 'PUT', credentials: 'same-origin', cache: 'no-store', body,
      headers: { 'Content-Type': body.type, 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`, 'Accept-Language': apiLanguage(), 'X-CSRF-Token': csrfToken(), 'X-Activity': '1' },
    })
  } catch {
    throw new ApiError({ status: 0 })
  }
  if (!answer.ok) throw await problemOf(answer)
}
