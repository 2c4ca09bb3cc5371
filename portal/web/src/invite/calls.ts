import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { components, paths } from '../api/schema'

type Schemas = components['schemas']
export type Invitation = Schemas['InvitationLine']
export type Handed = Schemas['HandedLink']
export type NewInvitation = Schemas['InviteInBody']
export type LinkToVisit = Schemas['VisitLink']
export type InviteKind = Invitation['kind']

export const api = client as unknown as Client<Pick<paths, '/admin/sign-in' | '/clinic/invitations' | '/clinic/invitations/{id}' | '/clinic/invitations/{id}/again' | '/clinic/recoveries' | '/charts/{patient}/visits/{id}/link'>>

export const invitationsKey = ['clinic', 'invitations'] as const
/** Those of one chart, or all that one may see. */
export const invitationsQuery = (patient?: string) =>
  infiniteQueryOptions({
    queryKey: [...invitationsKey, patient ?? ''],
    queryFn: ({ pageParam }) => take(api.GET('/clinic/invitations', { params: { query: { ...(patient && { patient }), ...(pageParam && { cursor: pageParam }), limit: 50 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const staffSignInQuery = queryOptions({ queryKey: ['clinic', 'staff-sign-in'], queryFn: () => take(api.GET('/admin/sign-in')) })

export const visitLinkQuery = (patient: string, id: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'visit', id, 'link'], queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/link', { params: { path: { patient, id } } })) })
