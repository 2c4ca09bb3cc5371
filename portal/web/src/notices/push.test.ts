import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keyBytes, PushRefused, ringHere, ringNoMore, ringsHere, type Ringer } from './push'

const key = `BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8`
const told: { method: string; path: string; body: unknown }[] = []

function subscription(endpoint: string, of: string) {
  return {
    endpoint, options: { applicationServerKey: keyBytes(of).buffer }, unsubscribe: vi.fn(async () => true),
    toJSON: () => ({ endpoint, keys: { p256dh: 'cHVibGlj', auth: 'c2VjcmV0Cg==' } }),
  } as unknown as PushSubscription
}

function browser({ had = null as PushSubscription | null, allow = 'granted' as NotificationPermission, fails = false } = {}) {
  const subscribe = vi.fn(async () => {
    if (fails) throw new DOMException('no push service', 'AbortError')
    return subscription('https://push.example.org/new', key)
  })
  const ringer: Ringer = { permission: () => allow, ask: async () => allow, manager: async () => ({ subscribe, getSubscription: async () => had }) as unknown as PushManager }
  return { ringer, subscribe }
}

beforeEach(() => {
  told.length = 0
  vi.stubGlobal('window', { location: { origin: 'https://portal.example.org' }, localStorage: { getItem: () => null } })
  vi.stubGlobal('Request', class extends Request {
    constructor(to: string, init: RequestInit) {
      super(new URL(to, 'https://portal.example.org'), { ...init, credentials: undefined, cache: undefined })
    }
  })
  vi.stubGlobal('fetch', async (request: Request) => {
    told.push({ method: request.method, path: new URL(request.url).pathname, body: JSON.parse(await request.text()) })
    return new Response(null, { status: 204 })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('a browser that may ring', () => {
  it('subscribes with the key of the site and tells the server', async () => {
    const { ringer, subscribe } = browser()
    await ringHere(ringer, key)
    expect(subscribe).toHaveBeenCalledWith({ userVisibleOnly: true, applicationServerKey: keyBytes(key) })
    expect(told).toEqual([{ method: 'PUT', path: '/api/v1/me/notifications/browser', body: { endpoint: 'https://push.example.org/new', p256dh: 'cHVibGlj', auth: 'c2VjcmV0Cg' } }])
  })
  it('keeps the subscription that it has, unless it is for another key', async () => {
    const same = browser({ had: subscription('https://push.example.org/old', key) })
    await ringHere(same.ringer, key)
    expect(same.subscribe).not.toHaveBeenCalled()
    const old = subscription('https://push.example.org/old', key.replace('BP4z', 'BP5z'))
    const other = browser({ had: old })
    await ringHere(other.ringer, key)
    expect(old.unsubscribe).toHaveBeenCalled()
    expect(other.subscribe).toHaveBeenCalled()
  })
  it('says why it cannot', async () => {
    await expect(ringHere(undefined, key)).rejects.toEqual(new PushRefused('unsupported'))
    await expect(ringHere(browser({ allow: 'denied' }).ringer, key)).rejects.toMatchObject({ why: 'blocked' })
    await expect(ringHere(browser({ fails: true }).ringer, key)).rejects.toMatchObject({ why: 'failed' })
    expect(told).toEqual([])
  })
  it('knows whether it rings, and ends that on both sides', async () => {
    expect(await ringsHere(undefined)).toBe(false)
    expect(await ringsHere(browser().ringer)).toBe(false)
    const had = subscription('https://push.example.org/old', key)
    expect(await ringsHere(browser({ had, allow: 'denied' }).ringer)).toBe(false)
    expect(await ringsHere(browser({ had }).ringer)).toBe(true)
    await ringNoMore(browser({ had }).ringer)
    expect(had.unsubscribe).toHaveBeenCalled()
    expect(told.at(-1)).toEqual({ method: 'POST', path: '/api/v1/me/notifications/browser/forget', body: { endpoint: 'https://push.example.org/old' } })
  })
})
