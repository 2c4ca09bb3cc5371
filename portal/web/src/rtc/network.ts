import type { Relay } from './protocol'
import type { Timers } from './timers'

export type NetworkWord = 'good' | 'slow' | 'fail'

const rounds = 4
const slowMs = 600
const giveUpMs = 8_000

export interface NetworkDeps {
  /** One small question to the clinic. It says by which relays one may come. */
  ask(): Promise<{ relays?: Relay[] }>
  newPeer(relays?: Relay[], only?: RTCIceTransportPolicy): RTCPeerConnection
  now(): number
  timers: Timers
}

/** Before a visit: does the clinic answer quickly, can this browser open the connections that calls need, and does the network let them out? */
export async function testNetwork(deps: NetworkDeps): Promise<NetworkWord> {
  const late = new Promise<NetworkWord>((resolve) => deps.timers.set(() => resolve('fail'), giveUpMs))
  const test = async (): Promise<NetworkWord> => {
    if (!(await canConnect(deps))) return 'fail'
    const { relays = [] } = await deps.ask()
    if (relays.length > 0 && !(await reaches(deps, relays))) return 'fail'
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const start = deps.now()
      await deps.ask()
      times.push(deps.now() - start)
    }
    // The first one may have had to find the way.
    return Math.min(...times) > slowMs ? 'slow' : 'good'
  }
  return Promise.race([late, test().catch((): NetworkWord => 'fail')])
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
