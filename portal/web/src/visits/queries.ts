import { queryOptions } from '@tanstack/react-query'
import { csrfToken, take } from '../api/client'
import { chartKey } from '../api/queries'
import { api, of } from './calls'
import { imagesAt } from './imagesAt'
import { lineAt } from './lineAt'
import { stateOf, useActOf, type Act, type VisitSource } from './source'
import type { Visit } from './types'

export const visitKey = (patient: string, id: string) => ['visit', patient, id] as const

/** A visit of a chart, for who is signed in. */
export const visitOf = (patient: string, id: string): VisitSource => ({
  key: visitKey(patient, id),
  read: () => take(api.GET('/charts/{patient}/visits/{id}', of(patient, id))),
  act: (act) => doIn(patient, id, act),
  chat: () => take(api.GET('/charts/{patient}/visits/{id}/chat', of(patient, id))),
  say: (line) => take(api.POST('/charts/{patient}/visits/{id}/chat', { ...of(patient, id), body: line })),
  images: imagesAt(`/api/v1/charts/${patient}/visits/${id}`, csrfToken),
  known: () => take(api.GET('/charts/{patient}/visits/{id}/place', of(patient, id))),
  asked: () => take(api.GET('/charts/{patient}/visits/{id}/form', of(patient, id))),
  answer: (body) => take(api.PUT('/charts/{patient}/visits/{id}/form', { ...of(patient, id), body })),
  line: lineAt(`/api/v1/charts/${patient}/visits/${id}/line`, csrfToken),
  signal: `/visits/${id}/signal`,
  home: patient,
})

export const visitQuery = (patient: string, id: string) => stateOf(visitOf(patient, id))
export const useVisitAct = (patient: string, id: string) => useActOf(visitOf(patient, id))

export const summaryQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'visit', id, 'summary'],
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/summary', of(patient, id))),
  })

export const noteQuery = (patient: string, id: string) =>
  queryOptions({
    queryKey: [...visitKey(patient, id), 'note'],
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/note', of(patient, id))),
    // What is being written here is newer than what the server holds.
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

function doIn(patient: string, id: string, act: Act): Promise<Visit> {
  const visit = of(patient, id)
  switch (act.do) {
    case 'check': return take(api.POST('/charts/{patient}/visits/{id}/check', { ...visit, body: act.body }))
    case 'consent': return take(api.POST('/charts/{patient}/visits/{id}/consent', { ...visit, body: { version: act.version, agreed: true } }))
    case 'called': return take(api.POST('/charts/{patient}/visits/{id}/called', { ...visit, body: { name: act.name } }))
    case 'withdraw': return take(api.DELETE('/charts/{patient}/visits/{id}/consent', visit))
    case 'place': return take(api.POST('/charts/{patient}/visits/{id}/place', { ...visit, body: act.body }))
    case 'wait': return take(api.POST('/charts/{patient}/visits/{id}/wait', visit))
    case 'leaveWaiting': return take(api.DELETE('/charts/{patient}/visits/{id}/wait', visit))
    case 'start': return take(api.POST('/charts/{patient}/visits/{id}/start', visit))
    case 'end': return take(api.POST('/charts/{patient}/visits/{id}/end', visit))
    case 'admit': return take(api.POST('/charts/{patient}/visits/{id}/admit', { ...visit, body: { seat: act.seat } }))
    case 'refuse': return take(api.POST('/charts/{patient}/visits/{id}/refuse', { ...visit, body: { seat: act.seat } }))
    case 'return': return take(api.POST('/charts/{patient}/visits/{id}/return', { ...visit, body: { seat: act.seat } }))
    case 'mute': return take(api.POST('/charts/{patient}/visits/{id}/mute', { ...visit, body: { seat: act.seat } }))
    case 'remove': return take(api.POST('/charts/{patient}/visits/{id}/remove', { ...visit, body: { seat: act.seat } }))
    case 'spotlight': return take(api.POST('/charts/{patient}/visits/{id}/spotlight', { ...visit, body: { seat: act.seat } }))
    case 'lead': return take(api.POST('/charts/{patient}/visits/{id}/lead', { ...visit, body: { seat: act.seat } }))
    case 'lock': return take(api.POST('/charts/{patient}/visits/{id}/lock', { ...visit, body: { on: act.on } }))
    case 'recordAsk': return take(api.POST('/charts/{patient}/visits/{id}/recording', { ...visit, body: { text: act.text } }))
    case 'recordAnswer': return take(api.POST('/charts/{patient}/visits/{id}/recording/answer', { ...visit, body: { recording: act.recording, text: act.text, yes: act.yes } }))
    case 'recordStop': return take(api.DELETE('/charts/{patient}/visits/{id}/recording', visit))
    case 'late': return take(api.POST('/charts/{patient}/visits/{id}/late', { ...visit, body: { minutes: act.minutes } }))
    case 'seal': return take(api.POST('/charts/{patient}/visits/{id}/sealing', { ...visit, body: { on: act.on } }))
    case 'sealable': return take(api.POST('/charts/{patient}/visits/{id}/sealable', { ...visit, body: { able: act.able } }))
  }
}
