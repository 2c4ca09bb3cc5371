import type { Client } from 'openapi-fetch'
import { EtagStore } from './etags'
import { ApiError, problemOf } from './problem'
import { activity } from './activity'
import type { paths } from './types'

const etags = new EtagStore()
let csrf = ''
let language = 'en'

export function setCsrf(token: string): void {
  csrf = token
}
export function csrfToken(): string {
  return csrf
}
export function setApiLanguage(locale: string): void {
  // Kept answers carry words in the old language.
  if (locale !== language) etags.clear()
  language = locale
}
export function apiLanguage(): string {
  return language
}
/** Forgets everything the server said, when the session ends. */
export function forgetAnswers(): void {
  etags.clear()
  csrf = ''
}
/** The last ETag of the whole chart, which the live socket compares with the server's. */
export function chartEtag(patient: string): string | undefined {
  return etags.tagOf(`${window.location.origin}/api/v1/charts/${patient}`)
}

interface Init { params?: { path?: Record<string, unknown>; query?: Record<string, unknown> }; body?: unknown }

/** The address of a call: its holes filled, what was not said left out. */
function addressOf(path: string, { path: holes = {}, query = {} }: NonNullable<Init['params']>): string {
  const words = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)])
  const asked = new URLSearchParams(words).toString()
  return `/api/v1${path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(holes[name])))}${asked && `?${asked}`}`
}

/** Asks in place who somebody is, where administration wants to know; gives whether they showed it. */
let prove: (() => Promise<boolean>) | undefined
export function setProof(ask?: () => Promise<boolean>): void {
  prove = ask
}

async function send(method: string, path: string, init?: Init) {
  const answer = await once(method, path, init)
  if (answer.response.status !== 403 || !prove || (await problemOf(answer.response)).code !== 'admin_proof') return answer
  return (await prove()) ? once(method, path, init) : answer
}

async function once(method: string, path: string, { params = {}, body }: Init = {}) {
  const request = new Request(addressOf(path, params), {
    method, credentials: 'same-origin', cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  const { headers, url } = request
  headers.set('Accept-Language', language)
  const tag = method === 'GET' && etags.tagOf(url)
  if (tag) headers.set('If-None-Match', tag)
  if (method !== 'GET') headers.set('X-CSRF-Token', csrf)
  if (method !== 'GET' || activity.recent()) {
    headers.set('X-Activity', '1')
    activity.told()
  }
  let response = await globalThis.fetch(request)
  if (response.status === 304) response = etags.replay(url) ?? response
  const text = await response.clone().text()
  const fresh = response.headers.get('ETag')
  if (method === 'GET' && response.status === 200 && fresh) etags.keep(url, fresh, text, response.headers.get('Content-Type') ?? 'application/json')
  if (!response.ok) return { error: undefined, response }
  return { data: text ? (JSON.parse(text) as unknown) : undefined, response }
}

/** The server's paths as the client reads them; the words are openapi-fetch's, the few lines behind them ours: a phone's first load is counted. */
export const api = Object.fromEntries(
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, (path: string, init?: Init) => send(method, path, init)]),
) as unknown as Client<paths>

/** Turns such a pair into a value or a thrown ApiError. */
export async function take<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer
  try {
    answer = await call
  } catch {
    throw new ApiError({ status: 0 })
  }
  const { data, error, response } = answer
  if (error !== undefined || !response.ok) {
    if (error && typeof error === 'object') throw new ApiError({ ...(error as object), status: response.status })
    throw await problemOf(response)
  }
  return data as T
}
