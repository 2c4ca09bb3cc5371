import { afterEach, describe, expect, it, vi } from 'vitest'
import { Activity } from './activity'
import { EtagStore } from './etags'
import { ApiError, isNotFound, isSignedOut, needsStepUp, problemOf } from './problem'
import { creationOptions, fromBase64Url, requestOptions, toBase64Url } from './webauthn'
import { SessionWatch } from '../shell/session'

afterEach(() => vi.unstubAllGlobals())

describe('answers kept by their ETag', () => {
  it('are replayed for a 304', async () => {
    const store = new EtagStore()
    store.keep('/a', '"1"', '{"x":1}', 'application/json')
    expect(store.tagOf('/a')).toBe('"1"')
    expect(await store.replay('/a')?.json()).toEqual({ x: 1 })
    expect(store.replay('/b')).toBeUndefined()
    store.clear()
    expect(store.tagOf('/a')).toBeUndefined()
  })
  it('are bounded, the oldest goes first', () => {
    const store = new EtagStore(2)
    for (const url of ['/a', '/b', '/a', '/c']) store.keep(url, '"1"', '', '')
    expect([store.tagOf('/a'), store.tagOf('/b'), store.tagOf('/c')]).toEqual(['"1"', undefined, '"1"'])
  })
})

describe('refusals', () => {
  it('carry the words and the number of the server', async () => {
    const error = await problemOf(Response.json({ title: 'x', status: 403, detail: 'Show that it is you.', code: 'step_up', id: 'k3' }, { status: 403 }))
    expect([error.message, error.id, needsStepUp(error)]).toEqual(['Show that it is you.', 'k3', true])
  })
  it('are understood without a body', async () => {
    const error = await problemOf(new Response('<html>', { status: 404 }))
    expect([isNotFound(error), isSignedOut(error), error.unreachable]).toEqual([true, false, false])
  })
  it('know the unreachable', () => expect(new ApiError({ status: 0 }).unreachable).toBe(true))
})

/** A browser resolves paths against the page; here somebody must. */
const onThePage = () => {
  vi.stubGlobal('window', { location: { origin: 'http://localhost' } })
  vi.stubGlobal('Request', class extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === 'string' ? new URL(input, 'http://localhost') : input, init)
    }
  })
}

describe('the client', () => {
  it('asks with the ETag it holds and answers a 304 from memory', async () => {
    const asked: Request[] = []
    vi.stubGlobal('fetch', (request: Request) => {
      asked.push(request)
      return Promise.resolve(
        request.headers.get('If-None-Match') ? new Response(null, { status: 304 }) : Response.json({ enabled: true }, { headers: { ETag: '"7"' } }),
      )
    })
    onThePage()
    const { api, setCsrf, take } = await import('./client')
    setCsrf('secret')
    const first = await take(api.GET('/me/totp', {}))
    const second = await take(api.GET('/me/totp', {}))
    expect([first, second]).toEqual([{ enabled: true }, { enabled: true }])
    expect(asked.map((request) => request.headers.get('If-None-Match'))).toEqual([null, '"7"'])
    expect(asked[0]?.headers.get('X-CSRF-Token')).toBeNull()
    await take(api.POST('/session/extend'))
    expect(asked[2]?.headers.get('X-CSRF-Token')).toBe('secret')
    expect(asked[2]?.headers.get('X-Activity')).toBe('1')
  })
  it('has administrators asked who they are, and goes on when they showed it', async () => {
    let shown = false
    let asked = 0
    onThePage()
    vi.stubGlobal('fetch', () => Promise.resolve(shown ? Response.json({ checks: [] }) : Response.json({ status: 403, code: 'admin_proof', detail: 'Confirm.' }, { status: 403 })))
    const { api, setProof, take } = await import('./client')
    const ask = () => take(api.GET('/admin/health', {}))
    await expect(ask()).rejects.toThrow('Confirm.')
    setProof(() => { asked++; return Promise.resolve(false) })
    await expect(ask()).rejects.toThrow('Confirm.')
    setProof(() => { asked++; shown = true; return Promise.resolve(true) })
    expect(await ask()).toEqual({ checks: [] })
    expect(asked).toBe(2)
    setProof()
  })
})

describe('activity', () => {
  it('is told once for each input, and only while it is fresh', () => {
    let now = 1000
    const activity = new Activity(() => now)
    expect(activity.recent()).toBe(false)
    activity.seen()
    expect(activity.recent()).toBe(true)
    activity.told()
    expect(activity.recent()).toBe(false)
    now = 2000
    activity.seen()
    now = 40_000
    expect(activity.recent()).toBe(false)
  })
})

describe('the session', () => {
  const start = Date.parse('2026-11-23T12:00:00Z')
  const at = (seconds: number) => new Date(start + seconds * 1000).toISOString()
  const watch = () => {
    const made = new SessionWatch()
    made.learn({ idleSeconds: 1800, warnSeconds: 120, idleExpiresAt: at(1800), expiresAt: at(43_200) })
    return made
  }
  it('warns, then is over', () => {
    const session = watch()
    expect([0, 1679, 1681, 1800].map((second) => session.phase(start + second * 1000))).toEqual(['fine', 'fine', 'warn', 'over'])
    expect(session.secondsLeft(start + 1700_000)).toBe(100)
  })
  it('is moved by use and by the server', () => {
    const session = watch()
    session.used(start + 1000_000)
    expect(session.phase(start + 1800_000)).toBe('fine')
    session.extend({ idleExpiresAt: at(600), expiresAt: at(43_200) })
    expect(session.phase(start + 600_000)).toBe('over')
  })
  it('has a last moment that nothing moves', () => {
    const session = watch()
    session.used(start + 43_150_000)
    expect(session.phase(start + 43_150_000)).toBe('warn')
    expect(session.canExtend(start + 43_150_000)).toBe(false)
  })
})

describe('passkeys', () => {
  it('turn base64url to bytes and back', () => {
    const bytes = Uint8Array.from([0, 250, 251, 252, 253, 254, 255]).buffer
    expect(toBase64Url(bytes)).toBe('APr7_P3-_w')
    expect(new Uint8Array(fromBase64Url('APr7_P3-_w'))).toEqual(new Uint8Array(bytes))
  })
  it('read options with and without their wrapper', () => {
    const options = { challenge: 'AQID', allowCredentials: [{ type: 'public-key', id: 'BAUG' }] }
    for (const given of [options, { publicKey: options }]) {
      const read = requestOptions(given)
      expect(new Uint8Array(read.challenge as ArrayBuffer)).toEqual(Uint8Array.from([1, 2, 3]))
      expect(new Uint8Array(read.allowCredentials?.[0]?.id as ArrayBuffer)).toEqual(Uint8Array.from([4, 5, 6]))
    }
    const made = creationOptions({ publicKey: { challenge: 'AQID', user: { id: 'BA', name: 'x', displayName: 'x' } } })
    expect(new Uint8Array(made.user.id as ArrayBuffer)).toEqual(Uint8Array.from([4]))
  })
})
