import { bestCodec, turnTo } from './codecs'
import type { Kind, Sent } from './protocol'
import { sealedCodecs, type Sealer } from './seal/sealer'

export type Tracks = Partial<Record<Kind, MediaStreamTrack | undefined>>

// Where the line is narrow, the voice takes its part first.
const voice: RTCRtpEncodingParameters = { priority: 'high', networkPriority: 'high' }
// The camera in two layers, the small one first: browsers save by the last. One encoding is enough
// for words on a shared screen.
const camera: RTCRtpEncodingParameters[] = [{ rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000 }, { rid: 'h', maxBitrate: 1_200_000 }]
const screen: RTCRtpEncodingParameters = { maxBitrate: 1_500_000, maxFramerate: 8 }

/** Which encodings of a picture are sent. Of one without layers the room says nothing. */
export function encodingsSent(rids: (string | undefined)[], needed: string[] | undefined, onlySound: boolean): boolean[] {
  return rids.map((rid) => !onlySound && (rids.length < 2 || !needed || needed.includes(rid ?? '')))
}

export interface Offer { n: number; sdp: string; tracks: Sent[]; fresh?: true }

/**
 * What this device sends. The client offers; one negotiation at a time, and what was asked for
 * meanwhile is in the next one.
 */
export class Publisher {
  readonly peer: RTCPeerConnection
  private readonly say: (offer: Offer) => void
  private readonly places = new Map<Kind, RTCRtpTransceiver>()
  private n: number
  /** Beside an older connection, until the room has answered. */
  private fresh: boolean
  private waiting = false
  private again: 'no' | 'offer' | 'restart' = 'no'
  private closed = false
  private resting: Promise<void> = Promise.resolve()
  /** Which encodings somebody needs, as the room said; all until then. */
  private readonly needed = new Map<Kind, string[]>()
  /** In which codecs everybody shows pictures, as the room said; the usual one until then. */
  private shown: string[] | undefined
  private onlySound: boolean
  private readonly seal: Sealer | undefined

  /** `after` is what goes on until this one stands: numbers count on from there. */
  constructor(peer: RTCPeerConnection, say: (offer: Offer) => void, seal?: Sealer, after?: Publisher) {
    this.peer = peer
    this.say = say
    this.seal = seal
    this.n = after?.n ?? 0
    this.fresh = Boolean(after)
    this.onlySound = after?.onlySound ?? false
    this.shown = after?.shown
    this.place('audio', peer.addTransceiver('audio', { direction: 'sendonly', sendEncodings: [voice] }))
    this.place('camera', peer.addTransceiver('video', { direction: 'sendonly', sendEncodings: camera }))
    if (this.onlySound) void this.rest('camera')
  }

  /** Puts the tracks in their places. A place that is new needs to be negotiated; a track in it does not. */
  async send(tracks: Tracks): Promise<void> {
    if (this.closed) return
    if (tracks.screen && !this.places.has('screen')) {
      this.place('screen', this.peer.addTransceiver('video', { direction: 'sendonly', sendEncodings: [screen] }))
      await this.put('screen', tracks.screen)
      await this.negotiate()
    }
    for (const kind of this.places.keys()) await this.put(kind, tracks[kind])
  }

  async negotiate(restart = false): Promise<void> {
    if (this.closed) return
    if (this.waiting) {
      if (this.again !== 'restart') this.again = restart ? 'restart' : 'offer'
      return
    }
    this.waiting = true
    this.again = 'no'
    this.n += 1
    const n = this.n
    try {
      await this.peer.setLocalDescription(await this.peer.createOffer({ iceRestart: restart }))
    } catch {
      // The connection went while it was described; the ladder deals with that.
      this.waiting = false
      return
    }
    if (this.closed || n !== this.n) return
    const tracks = [...this.places].filter(([, place]) => place.mid !== null).map(([kind, place]) => ({ mid: place.mid!, kind }))
    this.say({ n, sdp: this.peer.localDescription?.sdp ?? '', tracks, ...(this.fresh && { fresh: true }) })
  }

  /** An answer to an older offer is of no use any more. */
  async answered(n: number, sdp: string): Promise<void> {
    if (this.closed || n !== this.n || !this.waiting) return
    await this.peer.setRemoteDescription({ type: 'answer', sdp })
    this.waiting = this.fresh = false
    void this.code()
    if (this.again !== 'no') await this.negotiate(this.again === 'restart')
  }

  /** The socket broke: an answer that was on the way does not come any more. */
  async resumed(): Promise<void> {
    if (!this.waiting) return
    this.waiting = false
    await this.negotiate(this.again === 'restart')
  }

  /** Lets the encodings rest that nobody needs. */
  layers(kind: Kind, rids: string[]): Promise<void> {
    this.needed.set(kind, rids)
    return this.rest(kind)
  }

  /** The line carries sound only: the camera leaves all of it to the voice, until there is room again. */
  soundOnly(on: boolean): Promise<void> {
    if (on === this.onlySound) return this.resting
    this.onlySound = on
    return this.rest('camera')
  }

  /** Sends pictures in what everybody shows, and of that in what is best. */
  codecs(shown: string[]): Promise<void> {
    this.shown = shown
    return this.code()
  }

  private rest(kind: Kind): Promise<void> {
    return this.tune(kind, ({ encodings = [] }) => {
      const active = encodingsSent(encodings.map(({ rid }) => rid), this.needed.get(kind), this.onlySound && kind === 'camera')
      if (encodings.every((encoding, at) => (encoding.active ?? true) === active[at])) return false
      encodings.forEach((encoding, at) => (encoding.active = active[at]!))
      return true
    })
  }

  private async code(): Promise<void> {
    const { shown } = this
    if (!shown) return
    for (const kind of ['camera', 'screen'] as const) {
      const own = this.places.get(kind)?.sender.getParameters().codecs ?? []
      const codec = await bestCodec(kind, own, shown)
      if (this.shown !== shown) return // the room said something else while the device was asked
      if (codec) await this.tune(kind, (parameters) => turnTo(parameters, codec))
    }
  }

  /** One after the other: a sender takes only what was read of it last. */
  private tune(kind: Kind, change: (parameters: RTCRtpSendParameters) => boolean): Promise<void> {
    this.resting = this.resting.then(async () => {
      const sender = this.places.get(kind)?.sender
      if (this.closed || !sender) return
      const parameters = sender.getParameters()
      if (change(parameters)) await sender.setParameters(parameters)
    }).catch(() => {
      // A negotiation went between: what is sent for nothing costs, and harms nobody.
    })
    return this.resting
  }

  close(): void {
    this.closed = true
    this.peer.close()
  }

  private place(kind: Kind, at: RTCRtpTransceiver): void {
    this.places.set(kind, at)
    if (!this.seal) return
    if (kind !== 'audio') sealedCodecs(at)
    this.seal.sends(at.sender, kind === 'audio' ? 'audio' : 'video')
  }

  private async put(kind: Kind, track: MediaStreamTrack | undefined): Promise<void> {
    const sender = this.places.get(kind)?.sender
    if (this.closed || !sender || sender.track === (track ?? null)) return
    try {
      await sender.replaceTrack(track ?? null)
    } catch (error) {
      // The connection went while it was done; there is nothing to send on it any more.
      if (!this.closed) throw error
    }
  }
}
