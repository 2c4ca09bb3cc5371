import { apiLanguage, csrfToken } from './client'
import { ApiError, problemOf } from './problem'
import type { PublicKeyOptions, SignInOptions, SignInStep } from './types'

async function call<T>(path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        Accept: 'application/json',
        'Accept-Language': apiLanguage(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken() }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch {
    throw new ApiError({ status: 0 })
  }
  if (!response.ok) throw await problemOf(response)
  return (await response.json()) as T
}

/** Where the browser goes to begin a sign-in, and comes back to afterwards. */
export const loginUrl = (returnTo: string): string => `/auth/login?${new URLSearchParams({ return: returnTo }).toString()}`
/** The same by an account elsewhere, which answers the sign-in that is under way. */
export const outsideUrl = (issuer: string, request: string): string => `/auth/login?${new URLSearchParams({ issuer, request }).toString()}`

export const signInOptions = (request: string) => call<SignInOptions>(`/auth/options?request=${encodeURIComponent(request)}`)
export const signInWithPassword = (request: string, email: string, password: string) =>
  call<SignInStep>('/auth/password', { request, email, password })
export const signInWithCode = (request: string, code: string) => call<SignInStep>('/auth/totp', { request, code })
export const beginPasskeySignIn = (request: string) => call<PublicKeyOptions>('/auth/passkey/begin', { request })
export const finishPasskeySignIn = (request: string, credential: unknown) =>
  call<SignInStep>('/auth/passkey/finish', { request, credential })
export interface Entrance { purpose: 'invitation' | 'recovery'; staff: boolean; birthDate: boolean; triesLeft: number; clinic: { name: string; phone?: string } }
export interface Guest { name: string; email: string; passkeys: boolean }
export const lookAtLink = (token: string) => call<Entrance>('/auth/invitation/look', { token })
export const confirmLink = (token: string, birthDate: string) => call<Guest>('/auth/invitation/confirm', { token, birthDate })
export const beginLinkPasskey = (token: string) => call<PublicKeyOptions>('/auth/invitation/passkey', { token })
export const finishLink = (token: string, how: { credential: unknown } | { password: string; email?: string }) => call<SignInStep>('/auth/invitation/finish', { token, ...how })
/** What a link of a mail ends, and whether it has. */
export interface Stopped { kind: string; stopped: boolean }
export const lookAtStop = (token: string) => call<Stopped>('/auth/unsubscribe/look', { token })
export const changeStop = (token: string, stop: boolean) => call<Stopped>('/auth/unsubscribe/change', { token, stop })
export const verifyAddress = (token: string) => call<SignInStep>('/auth/verify', { token })
export const askReset = (email: string) => call<SignInStep>('/auth/reset/ask', { email })
export const finishReset = (token: string, password: string) => call<SignInStep>('/auth/reset/finish', { token, password })
export const beginEnrollPasskey = (request: string) => call<PublicKeyOptions>('/auth/enroll/passkey/begin', { request })
export const finishEnrollPasskey = (request: string, credential: unknown) => call<SignInStep>('/auth/enroll/passkey/finish', { request, credential })
export const linkOutside = (issuer: string, returnTo: string) => call<{ next?: string }>('/auth/link', { issuer, return: returnTo })
export const logout = () => call<{ next?: string }>('/auth/logout', {})
export const createFirstAdmin = (token: string, name: string, email: string, password: string) =>
  call<SignInStep>('/auth/first', { token, name, email, password })
