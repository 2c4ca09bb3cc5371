import { apiLanguage } from '../api/client'
import { ApiError, problemOf } from '../api/problem'
import type { Me } from '../api/types'
import type { Asked, Known } from '../visits/beforeTypes'
import { imagesAt } from '../visits/imagesAt'
import { lineAt } from '../visits/lineAt'
import type { Act, VisitSource } from '../visits/source'
import type { ChatLine, Visit } from '../visits/types'

export interface Looked { here: boolean; triesLeft: number; /** It asks for no date of birth; a guest who was not named says who they are. */ guest?: boolean; unnamed?: boolean; clinic: { name: string; phone?: string } }
interface Joined { csrf: string; clinic: Me['clinic']; visit: Visit }

let csrf = ''

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(`/api/join/${path}`, {
      method, credentials: 'same-origin', cache: 'no-store',
      headers: {
        Accept: 'application/json', 'Accept-Language': apiLanguage(),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(method !== 'GET' && { 'X-CSRF-Token': csrf }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch {
    throw new ApiError({ status: 0 })
  }
  // Nobody is signed in here: that the link is closed in this browser is no reason to go to the sign-in.
  if (response.status === 401) throw new ApiError({ status: 410, code: 'closed' })
  if (!response.ok) throw await problemOf(response)
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** Uses nothing up: pictures of links are opened by programs as well. */
export const lookAtVisitLink = (token: string) => call<Looked>('POST', 'look', { token })
export const enterVisit = (token: string, birthDate: string) => call<void>('POST', 'enter', { token, birthDate })

export const enterAsGuest = (token: string, name: string, relation: string) => call<void>('POST', 'enter', { token, guest: true, name, relation })

const visitIn = (joined: Joined): Visit => {
  csrf = joined.csrf
  return joined.visit
}
export const readJoined = () => call<Joined>('GET', 'visit').then((joined) => {
  csrf = joined.csrf
  return joined
})

function act(what: Act): Promise<Visit> {
  switch (what.do) {
    case 'check': return call<Joined>('POST', 'check', what.body).then(visitIn)
    case 'consent': return call<Joined>('POST', 'consent', { version: what.version }).then(visitIn)
    case 'called': return call<Joined>('POST', 'called', { name: what.name }).then(visitIn)
    case 'withdraw': return call<Joined>('DELETE', 'consent').then(visitIn)
    case 'place': return call<Joined>('POST', 'place', what.body).then(visitIn)
    case 'wait': return call<Joined>('POST', 'wait').then(visitIn)
    case 'seal': return call<Joined>('POST', 'sealing', { on: what.on }).then(visitIn)
    case 'sealable': return call<Joined>('POST', 'sealable', { able: what.able }).then(visitIn)
    case 'leaveWaiting': return call<Joined>('DELETE', 'wait').then(visitIn)
    case 'recordAnswer': return call<Joined>('POST', 'recording', { recording: what.recording, text: what.text, yes: what.yes }).then(visitIn)
    default: return Promise.reject(new ApiError({ status: 403 })) // the clinic's part
  }
}

/** The one visit that the link of this browser opens. */
export const joinedVisit: VisitSource = {
  key: ['join'],
  read: () => readJoined().then(visitIn),
  act,
  chat: () => call<{ items: ChatLine[] }>('GET', 'chat'),
  say: (line) => call('POST', 'chat', line),
  images: imagesAt('/api/join', () => csrf),
  known: () => call<Known>('GET', 'place'),
  asked: () => call<Asked>('GET', 'form'),
  answer: (input) => call<Asked>('PUT', 'form', input),
  line: lineAt('/api/join/line', () => csrf),
  signal: '/api/join/signal',
}
