import type { Client } from 'openapi-fetch'
import { api as client } from '../api/client'
import type { Page, Problem } from '../api/types'
import type { Asked, FormInput, Known, Place } from './beforeTypes'
import type { ChatLine, CheckResult, LeftOut, NoteBody, NoteVersion, Summary, Translated, Translation, Visit, VisitNote } from './types'

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Body<T> = { requestBody: { content: { 'application/json': T } } }
type Of = { parameters: { path: { patient: string; id: string } } }
type Act<T = object, R = Visit> = { post: Answer<R> & Of & ([keyof T] extends [never] ? object : Body<T>) }
interface Paths {
  '/charts/{patient}/visits/{id}': { get: Answer<Visit> & Of }
  '/charts/{patient}/visits/{id}/consent': Act<{ version: string; agreed: true }> & { delete: Answer<Visit> & Of }
  '/charts/{patient}/visits/{id}/called': Act<{ name: string }>
  '/charts/{patient}/visits/{id}/place': { get: Answer<Known> & Of } & Act<Place>
  '/charts/{patient}/visits/{id}/form': { get: Answer<Asked> & Of; put: Answer<Asked> & Of & Body<FormInput> }
  '/charts/{patient}/visits/{id}/check': Act<CheckResult>
  '/charts/{patient}/visits/{id}/wait': Act & { delete: Answer<Visit> & Of }
  '/charts/{patient}/visits/{id}/admit': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/refuse': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/return': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/mute': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/remove': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/spotlight': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/lead': Act<{ seat: string }>
  '/charts/{patient}/visits/{id}/lock': Act<{ on: boolean }>
  '/charts/{patient}/visits/{id}/start': Act
  '/charts/{patient}/visits/{id}/end': Act
  '/charts/{patient}/visits/{id}/late': Act<{ minutes: number }>
  '/charts/{patient}/visits/{id}/missed': Act<{ missed: boolean }>
  '/charts/{patient}/visits/{id}/sealing': Act<{ on: boolean }>
  '/charts/{patient}/visits/{id}/sealable': Act<{ able: boolean }>
  '/charts/{patient}/visits/{id}/chat': { get: Answer<Page<ChatLine>> & Of } & Act<{ id: string; text: string; seat?: string }, unknown>
  '/charts/{patient}/visits/{id}/note': { get: Answer<VisitNote> & Of; put: Answer<VisitNote> & Of & Body<{ version: number; body: NoteBody; apart?: boolean }> }
  '/charts/{patient}/visits/{id}/note/sign': Act<{ version: number; end?: boolean; leftOut?: LeftOut }, VisitNote>
  '/charts/{patient}/visits/{id}/note/versions': { get: Answer<Page<NoteVersion>> & Of }
  '/charts/{patient}/visits/{id}/note/versions/{version}': { get: Answer<NoteVersion> & { parameters: { path: { patient: string; id: string; version: number } } } }
  '/charts/{patient}/visits/{id}/note/phrase': Act<{ name: string; locale: string }, { text: string; missing: string[] }>
  '/charts/{patient}/visits/{id}/summary/translation': Act<Translated, Translation>
  '/charts/{patient}/visits/{id}/rating': Act<{ stars: number; comment: string }>
  '/charts/{patient}/visits/{id}/note/addenda': Act<{ id: string; text: string }, VisitNote>
  '/charts/{patient}/visits/{id}/recording': Act<{ text: string }> & { delete: Answer<Visit> & Of }
  '/charts/{patient}/visits/{id}/recording/answer': Act<{ recording: string; text: string; yes: boolean }>
  '/charts/{patient}/visits/{id}/summary': { get: Answer<Summary> & Of }
}
export const api = client as unknown as Client<Paths>
export const of = (patient: string, id: string) => ({ params: { path: { patient, id } } })
