import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { ApiError } from '../api/problem'
import type { Page, Problem } from '../api/types'
import type { Appointment, AppointmentStatus, FreeDays, Practitioner, VisitState } from '../booking/types'
import type { Act, VisitSource } from '../visits/source'
import type { ChatLine, NoteBody, Visit } from '../visits/types'

export interface Member {
  visit: string
  patient: string
  name: string
  birthDate?: string
  status: AppointmentStatus
  state: VisitState
  note?: 'draft' | 'signed'
  writes: boolean
  books: boolean
  /** Of a group that is over, or that nobody began: it can be said that they did not come; at the door: they were there. */
  absent?: 'missed' | 'door'
  /** How late the clinic said to them that it will be. */
  behindMinutes?: number
}
export interface GroupLine { id: string; appointment: Appointment; practitioner: Practitioner; booked: number }
export interface GroupNote { visit: string; version: number; state: 'draft' | 'signed' | 'kept'; why?: string; /** Fields of which this member's record holds nothing. */ missing?: string[] }
interface Group { visit: Visit; booked: number; members: Member[] }
/** The room of a group, as a visit, with those who come. */
export type GroupVisit = Visit & { booked: number; members: Member[] }

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type Of = { parameters: { path: { id: string } } }
type Doing<T = object, R = Group> = { post: Answer<R> & Of & ([keyof T] extends [never] ? object : Body<T>) }
type Seat = Doing<{ seat: string }>
interface Paths {
  '/clinic/group-times': { get: Answer<FreeDays> & { parameters: { query: { practitioner?: string; from?: string; days: number } } } }
  '/clinic/groups': { get: Answer<Page<GroupLine>>; post: Answer<Group> & Body<{ id: string; slot: string; subject: string; places: number }> }
  '/clinic/groups/{id}': { get: Answer<Group> & Of }
  '/clinic/groups/{id}/members': Doing<{ id: string; patient: string }>
  '/clinic/groups/{id}/cancel': Doing
  '/clinic/groups/{id}/start': Doing
  '/clinic/groups/{id}/end': Doing
  '/clinic/groups/{id}/admit': Seat
  '/clinic/groups/{id}/refuse': Seat
  '/clinic/groups/{id}/return': Seat
  '/clinic/groups/{id}/mute': Seat
  '/clinic/groups/{id}/remove': Seat
  '/clinic/groups/{id}/spotlight': Seat
  '/clinic/groups/{id}/lead': Seat
  '/clinic/groups/{id}/late': Doing<{ minutes: number }>
  '/clinic/groups/{id}/missed': Doing<{ visits: string[]; missed: boolean }>
  '/clinic/groups/{id}/lock': Doing<{ on: boolean }>
  '/clinic/groups/{id}/chat': { get: Answer<Page<ChatLine>> & Of } & Doing<{ id: string; text: string; seat?: string }, unknown>
  '/clinic/groups/{id}/notes': Doing<{ body: NoteBody }, Page<GroupNote>>
  '/clinic/groups/{id}/notes/sign': Doing<{ notes: { visit: string; version: number }[] }, Page<GroupNote>>
}
export const api = client as unknown as Client<Paths>
export const of = (id: string) => ({ params: { path: { id } } })

const asVisit = ({ visit, booked, members }: Group): GroupVisit => ({ ...visit, booked, members })
const no = () => Promise.reject(new ApiError({ status: 403 })) // a member's part

/** A group, for who leads it. */
export const groupOf = (id: string): VisitSource => ({
  key: ['clinic', 'group', id],
  read: () => take(api.GET('/clinic/groups/{id}', of(id))).then(asVisit),
  act: (act) => doIn(id, act).then(asVisit),
  chat: () => take(api.GET('/clinic/groups/{id}/chat', of(id))),
  say: (line) => take(api.POST('/clinic/groups/{id}/chat', { ...of(id), body: line })),
  images: { at: () => '', share: no },
  known: no, asked: no, answer: no, line: { down: no, up: no },
  signal: `/visits/${id}/signal`,
})

function doIn(id: string, act: Act): Promise<Group> {
  switch (act.do) {
    case 'start': return take(api.POST('/clinic/groups/{id}/start', of(id)))
    case 'end': return take(api.POST('/clinic/groups/{id}/end', of(id)))
    case 'admit': return take(api.POST('/clinic/groups/{id}/admit', { ...of(id), body: { seat: act.seat } }))
    case 'refuse': return take(api.POST('/clinic/groups/{id}/refuse', { ...of(id), body: { seat: act.seat } }))
    case 'return': return take(api.POST('/clinic/groups/{id}/return', { ...of(id), body: { seat: act.seat } }))
    case 'mute': return take(api.POST('/clinic/groups/{id}/mute', { ...of(id), body: { seat: act.seat } }))
    case 'remove': return take(api.POST('/clinic/groups/{id}/remove', { ...of(id), body: { seat: act.seat } }))
    case 'spotlight': return take(api.POST('/clinic/groups/{id}/spotlight', { ...of(id), body: { seat: act.seat } }))
    case 'lead': return take(api.POST('/clinic/groups/{id}/lead', { ...of(id), body: { seat: act.seat } }))
    case 'lock': return take(api.POST('/clinic/groups/{id}/lock', { ...of(id), body: { on: act.on } }))
    case 'late': return take(api.POST('/clinic/groups/{id}/late', { ...of(id), body: { minutes: act.minutes } }))
    default: return no()
  }
}

export const groupsQuery = queryOptions({ queryKey: ['clinic', 'groups'], queryFn: () => take(api.GET('/clinic/groups')) })

const daysShown = 14
export const timesQuery = (practitioner: string) =>
  queryOptions({ queryKey: ['clinic', 'group-times', practitioner], queryFn: () => take(api.GET('/clinic/group-times', { params: { query: { ...(practitioner && { practitioner }), days: daysShown } } })) })

/** How far the people who come by a member's visit have got: the furthest of them. When it is over, or was never begun: whether they were there. */
export function stateOfMember(group: Pick<Visit, 'people' | 'state'>, { visit, status, absent }: Pick<Member, 'visit' | 'status' | 'absent'>) {
  if (status === 'noshow') return 'missed'
  const order = ['in', 'admitted', 'waiting', 'left', 'removed', 'refused'] as const
  const states = group.people.filter((person) => person.visit === visit).map(({ state }) => state)
  const found = order.find((state) => states.includes(state))
  if (group.state !== 'ended' && !absent) return found ?? 'none'
  return absent === 'door' ? 'door' : absent ? 'absent' : found === 'removed' || found === 'refused' ? found : 'was'
}
