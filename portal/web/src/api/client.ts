import createClient, { type Middleware } from 'openapi-fetch'
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

const middleware: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', language)
    if (request.method === 'GET') {
      const tag = etags.tagOf(request.url)
      if (tag) request.headers.set('If-None-Match', tag)
    } else {
      request.headers.set('X-CSRF-Token', csrf)
    }
    if (request.method !== 'GET' || activity.recent()) {
      request.headers.set('X-Activity', '1')
      activity.told()
    }
    return request
  },
  async onResponse({ request, response }) {
    if (response.status === 304) return etags.replay(request.url)
    const tag = response.headers.get('ETag')
    if (request.method === 'GET' && response.status === 200 && tag) {
      etags.keep(request.url, tag, await response.clone().text(), response.headers.get('Content-Type') ?? 'application/json')
    }
    return undefined
  },
}

export const api = createClient<paths>({
  baseUrl: '/api/v1',
  credentials: 'same-origin',
  cache: 'no-store',
  fetch: (request) => globalThis.fetch(request),
})
api.use(middleware)

/** Turns openapi-fetch's pair into a value or a thrown ApiError. */
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
