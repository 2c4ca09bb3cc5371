import { queryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { ApiError } from '../api/problem'
import type { Chart, Page, Problem } from '../api/types'
import type { Filled } from '../ui/useDotPhrases'
import { api as visits, of } from '../visits/calls'
import { currentLocale } from '../i18n'
import type { Asked } from '../visits/beforeTypes'
import type { Pick, Visit, VisitNote } from '../visits/types'

type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
export interface Phrase { name: string; text: string; clinic: boolean; version?: number }
export interface Opened { visit: Visit; asked?: Asked; chart: Chart; note?: VisitNote; phrases: { items: Phrase[]; fields: string[] } }
export interface Unfinished { visit: string; patient: string; patientName: string; start: string; kind: 'draft' | 'none' | 'translation'; language?: string }
interface Paths {
  '/charts/{patient}/visits/{id}/cockpit': { get: Answer<Opened> & { parameters: { path: { patient: string; id: string } } } }
  '/clinic/codes/search': { post: Answer<Page<Pick>> & { requestBody: { content: { 'application/json': { words: string } } } } }
  '/clinic/notes/unfinished': { get: Answer<Page<Unfinished>> }
  '/clinic/phrases': { get: Answer<{ items: Phrase[]; fields: string[] }> }
  '/clinic/phrases/{name}': { put: Answer<Phrase> & { parameters: { path: { name: string } }; requestBody: { content: { 'application/json': { text: string; version?: number } } } } }
}
export const desk = client as unknown as Client<Paths>

export const searchCodes = (words: string) => take(desk.POST('/clinic/codes/search', { body: { words } })).then(({ items }) => items)
export const phrasesQuery = queryOptions({ queryKey: ['clinic', 'phrases'], queryFn: () => take(desk.GET('/clinic/phrases')), staleTime: 60_000 })
/** What is left over of visits; the live topic of the day makes it stale. */
export const unfinishedQuery = queryOptions({ queryKey: ['clinic', 'day', 'unfinished'], queryFn: () => take(desk.GET('/clinic/notes/unfinished')) })

/** How a phrase gets into a text, by its name. */
export type FillPhrase = (name: string) => Promise<Filled>
/** With what it names of the chart of a visit. */
export const filledFrom = (patient: string, visit: string): FillPhrase => (name) => take(visits.POST('/charts/{patient}/visits/{id}/note/phrase', { ...of(patient, visit), body: { name, locale: currentLocale() } }))
/** As it was written: what it names is filled in later. Of two of a name one's own comes first. */
export const asWritten = (phrases: Phrase[]): FillPhrase => (name) => {
  const found = phrases.filter((one) => one.name === name).sort((a, b) => Number(a.clinic) - Number(b.clinic))[0]
  return found ? Promise.resolve({ text: found.text }) : Promise.reject(new ApiError({ status: 404 }))
}
