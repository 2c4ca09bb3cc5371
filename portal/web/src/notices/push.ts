// A browser that may ring: the person allows it, the browser's own push service gives an address, and
// the server keeps that. Without React.
import { take } from '../api/client'
import { api } from './queries'

/** What is used of the browser, so that tests can stand in for it. */
export interface Ringer {
  permission: () => NotificationPermission
  ask: () => Promise<NotificationPermission>
  manager: () => Promise<Pick<PushManager, 'subscribe' | 'getSubscription'>>
}
export type Refusal = 'unsupported' | 'blocked' | 'failed'
export class PushRefused extends Error {
  constructor(readonly why: Refusal) {
    super(why)
  }
}

/** This browser, or nothing when it cannot ring (an iPhone can once the page is on its home screen). */
export function thisBrowser(): Ringer | undefined {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return undefined
  return {
    permission: () => Notification.permission,
    ask: () => Notification.requestPermission(),
    manager: async () => (await navigator.serviceWorker.ready).pushManager,
  }
}

export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const plain = atob(key.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (char) => char.charCodeAt(0))
}

function sameKey(subscription: PushSubscription, key: Uint8Array): boolean {
  const had = subscription.options.applicationServerKey
  if (!had) return false
  const bytes = new Uint8Array(had)
  return bytes.length === key.length && bytes.every((byte, i) => byte === key[i])
}

async function keep(subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON()
  if (!endpoint || !keys?.p256dh || !keys.auth) throw new PushRefused('failed')
  const bare = (text: string) => text.replaceAll('=', '')
  await take(api.PUT('/me/notifications/browser', { body: { endpoint, p256dh: bare(keys.p256dh), auth: bare(keys.auth) } }))
}

/** Lets this browser ring. */
export async function ringHere(browser: Ringer | undefined, key: string): Promise<void> {
  if (!browser) throw new PushRefused('unsupported')
  if ((await browser.ask()) !== 'granted') throw new PushRefused('blocked')
  const bytes = keyBytes(key)
  const manager = await browser.manager()
  let subscription = await manager.getSubscription()
  if (subscription && !sameKey(subscription, bytes)) {
    // Of a site with another key: pushes of this one would not come through.
    await subscription.unsubscribe()
    subscription = null
  }
  try {
    subscription ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes })
  } catch {
    throw new PushRefused('failed')
  }
  await keep(subscription)
}

/** Whether it rings. What the server may have lost is told to it again. */
export async function ringsHere(browser: Ringer | undefined): Promise<boolean> {
  if (!browser || browser.permission() !== 'granted') return false
  const subscription = await (await browser.manager()).getSubscription()
  if (!subscription) return false
  await keep(subscription)
  return true
}

export async function ringNoMore(browser: Ringer | undefined): Promise<void> {
  const subscription = browser && await (await browser.manager()).getSubscription()
  if (!subscription) return
  await take(api.POST('/me/notifications/browser/forget', { body: { endpoint: subscription.endpoint } }))
  await subscription.unsubscribe()
}
