// What goes over the calls of a page: which connections there are, what came of sound and pictures, and where it stood still.
import { until } from './wait.mjs'

/** Runs before a page's own scripts: keeps its connections and its signalling sockets where a test can look at them. */
export function keepCalls() {
  const Real = window.RTCPeerConnection
  const Socket = window.WebSocket
  window.__calls = []
  window.RTCPeerConnection = class extends Real {
    constructor(...args) {
      super(...args)
      window.__calls.push(this)
    }
  }
  window.__signals = []
  window.WebSocket = class extends Socket {
    constructor(url, ...rest) {
      super(url, ...rest)
      if (!new URL(url, location.href).pathname.endsWith('/signal')) return
      const one = { socket: this }
      window.__signals.push(one)
      this.addEventListener('message', () => (one.spoke ??= performance.now()))
    }
  }
}
export const watchCalls = (context) => context.addInitScript(keepCalls)

/** What a page has received so far over the connections that it has: pictures that were decoded, packets of sound. */
export const received = (page) => page.evaluate(async () => {
  const sum = { frames: 0, packets: 0, pictures: 0, sounds: 0, samples: 0, concealed: 0, silent: 0 }
  for (const call of window.__calls ?? []) {
    if (call.connectionState !== 'connected') continue
    for (const one of (await call.getStats()).values()) {
      if (one.type !== 'inbound-rtp') continue
      if (one.kind === 'video' && one.framesDecoded > 0) {
        sum.frames += one.framesDecoded
        sum.pictures += 1
      } else if (one.kind === 'audio' && one.packetsReceived > 0) {
        sum.packets += one.packetsReceived
        sum.sounds += 1
        sum.samples += one.totalSamplesReceived ?? 0
        sum.concealed += one.concealedSamples ?? 0
        sum.silent += one.silentConcealedSamples ?? 0
      }
    }
  }
  return sum
})

/** Picture and sound of so many others come in, and go on coming. */
export async function hearsAndSees(page, others, who) {
  await until(`${who} sees and hears ${others}`, async () => {
    const now = await received(page)
    return now.pictures >= others && now.sounds >= others && now.frames > 10 && now.packets > 20
  }, { within: 30_000, every: 250 })
  const before = await received(page)
  await until(`${who} goes on to`, async () => {
    const now = await received(page)
    return now.frames > before.frames + 5 && now.packets > before.packets + 10
  }, { within: 40_000, every: 250 })
}

/** Picture and sound come in again, over whatever connections there are now: what has ended counts no further. */
export async function goesOn(page, others, who) {
  let last = await received(page)
  await until(`${who} goes on`, async () => {
    const now = await received(page)
    const grew = now.pictures >= others && now.frames > last.frames && now.packets > last.packets
    last = now
    return grew
  }, { within: 30_000, every: 250 })
}

/** Cuts the signalling socket of a page, and says how long it takes until the room speaks again, in ms. */
export async function dropSocket(page) {
  const from = await page.evaluate(() => {
    window.__signals.at(-1).socket.close()
    return { at: performance.now(), of: window.__signals.length }
  })
  return until('the room speaks again', () => page.evaluate(({ at, of }) => window.__signals.length > of && window.__signals.at(-1).spoke && window.__signals.at(-1).spoke - at, from))
}

/** From now on the page notes how long nothing came, of sound and of pictures. */
export const watchGaps = (page) => page.evaluate(() => {
  const gaps = { sound: { longest: 0, at: performance.now() }, picture: { longest: 0, at: performance.now() } }
  window.__gaps = gaps
  const last = {}
  const look = async () => {
    if (window.__gaps !== gaps) return
    const sum = { sound: 0, picture: 0 }
    for (const call of window.__calls) {
      if (call.connectionState === 'closed') continue
      for (const one of (await call.getStats()).values()) {
        if (one.type !== 'inbound-rtp') continue
        if (one.kind === 'video') sum.picture += one.framesDecoded
        else sum.sound += one.packetsReceived
      }
    }
    const now = performance.now()
    for (const kind of Object.keys(sum)) {
      if (sum[kind] > (last[kind] ?? 0)) {
        gaps[kind].longest = Math.max(gaps[kind].longest, now - gaps[kind].at)
        gaps[kind].at = now
      }
      last[kind] = sum[kind] // a new connection counts from nothing
    }
    setTimeout(look, 50)
  }
  void look()
})

/** How long nothing came since then, once it has come again for a while. */
export async function gapsOf(page, what) {
  const from = await page.evaluate(() => performance.now())
  return until(`${what}: sound and picture again`, () => page.evaluate((at) => {
    const { sound, picture } = window.__gaps
    return Math.min(sound.at, picture.at) > at + 1_500 && { sound: Math.round(sound.longest), picture: Math.round(picture.longest) }
  }, from), { within: 40_000, every: 250 })
}

/** A machine with so many cores, that keeps up with every codec. */
export const strong = (context) => context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 8 }))

/** What comes in of pictures at this moment: by codec, how many are decoded and how large they are. */
export const pictures = (page) => page.evaluate(async () => {
  const all = []
  for (const call of window.__calls ?? []) {
    if (call.connectionState !== 'connected') continue
    const reports = await call.getStats()
    for (const one of reports.values()) if (one.type === 'inbound-rtp' && one.kind === 'video' && one.framesDecoded > 0) all.push({ id: one.id, codec: reports.get(one.codecId)?.mimeType, frames: one.framesDecoded, width: one.frameWidth })
  }
  return all
})

/** A picture in that codec comes, and goes on coming. */
export async function shows(page, codec, who) {
  await until(`${who} sees ${codec}`, async () => (await pictures(page)).some((one) => one.codec === codec), { within: 40_000, every: 250 })
  const before = (await pictures(page)).find((one) => one.codec === codec)
  await until(`${who} goes on to see ${codec}`, async () => (await pictures(page)).some((one) => one.id === before?.id && one.codec === codec && one.frames > before.frames + 3), { within: 40_000, every: 250 })
}
