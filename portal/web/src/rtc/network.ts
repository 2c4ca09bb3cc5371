import type { Relay } from './protocol'
import type { Timers } from './timers'

export type NetworkWord = 'good' | 'slow' | 'fail'
export type Reach = 'direct' | 'relay' | 'blocked'
/** What was found of the line, as far as it was found in time. */
export interface NetworkFound { word: NetworkWord; reach?: Reach; roundTrip?: number }

const rounds = 4
const slowMs = 600
const giveUpMs = 8_000

export interface NetworkDeps {
  /** One small question to the clinic. It says where sound and picture go, and by which relays one may come. */
  ask(): Promise<{ relays?: Relay[]; media?: string[] }>
  newPeer(relays?: Relay[], only?: RTCIceTransportPolicy): RTCPeerConnection
  now(): number
  timers: Timers
}

/** Before a visit: does the clinic answer quickly, can this browser open the connections that calls need, and does the network let them out? */
export async function testNetwork(deps: NetworkDeps): Promise<NetworkFound> {
  const found: NetworkFound = { word: 'fail' }
  const late = new Promise<NetworkFound>((resolve) => deps.timers.set(() => resolve({ ...found, word: 'fail' }), giveUpMs))
  const test = async (): Promise<NetworkFound> => {
    if (!(await canConnect(deps))) return found
    const { relays = [], media = [] } = await deps.ask()
    const [straight, round] = await Promise.all([answers(deps, media), relays.length > 0 && reaches(deps, relays)])
    // Without a relay there may still be a way over TCP, which is not tried here: then nothing is said.
    if (straight) found.reach = 'direct'
    else if (relays.length > 0) found.reach = round ? 'relay' : 'blocked'
    if (found.reach === 'blocked') return found
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const start = deps.now()
      await deps.ask()
      times.push(deps.now() - start)
    }
    // The first one may have had to find the way.
    found.roundTrip = Math.round(Math.min(...times))
    return { ...found, word: found.roundTrip > slowMs ? 'slow' : 'good' }
  }
  return Promise.race([late, test().catch((): NetworkFound => ({ ...found, word: 'fail' }))])
}

const answerMs = 2_500

/** The port of sound and picture answers a question of this browser: then they get there without a detour. */
async function answers({ newPeer, timers }: NetworkDeps, media: string[]): Promise<boolean> {
  if (media.length === 0) return false
  const peer = newPeer([{ urls: media, username: '', credential: '' }])
  try {
    const failed = new Set<string>()
    const found = new Promise<boolean>((resolve) => {
      peer.onicecandidateerror = ({ url }) => failed.add(url)
      peer.onicecandidate = ({ candidate }) => {
        if (candidate?.type === 'srflx') resolve(true)
        // Seen from the clinic as from here: then there is no candidate of its own, and no error either.
        if (!candidate) resolve(failed.size < media.length)
      }
      timers.set(() => resolve(false), answerMs)
    })
    peer.createDataChannel('test')
    await peer.setLocalDescription(await peer.createOffer())
    return await found
  } finally {
    peer.close()
  }
}

/** A relay of the clinic gives this page a place: then sound and picture get there, whatever else is closed. */
async function reaches({ newPeer, timers }: NetworkDeps, relays: Relay[]): Promise<boolean> {
  const peer = newPeer(relays, 'relay')
  try {
    const found = new Promise<boolean>((resolve) => {
      peer.onicecandidate = ({ candidate }) => {
        if (!candidate) resolve(false)
        else if (candidate.type === 'relay') resolve(true)
      }
      timers.set(() => resolve(false), giveUpMs - 3_000)
    })
    peer.createDataChannel('test')
    await peer.setLocalDescription(await peer.createOffer())
    return await found
  } finally {
    peer.close()
  }
}

/** Two connections of this very page, one to the other: what a browser or a company switched off shows here. */
async function canConnect({ newPeer, timers }: NetworkDeps): Promise<boolean> {
  const [here, there] = [newPeer(), newPeer()]
  try {
    here.onicecandidate = ({ candidate }) => void there.addIceCandidate(candidate ?? undefined).catch(() => undefined)
    there.onicecandidate = ({ candidate }) => void here.addIceCandidate(candidate ?? undefined).catch(() => undefined)
    const channel = here.createDataChannel('test')
    const opened = new Promise<boolean>((resolve) => {
      channel.onopen = () => resolve(true)
      timers.set(() => resolve(false), giveUpMs - 2_000)
    })
    await here.setLocalDescription(await here.createOffer())
    await there.setRemoteDescription(here.localDescription!)
    await there.setLocalDescription(await there.createAnswer())
    await here.setRemoteDescription(there.localDescription!)
    return await opened
  } finally {
    here.close()
    there.close()
  }
}
