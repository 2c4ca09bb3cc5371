import type { Kind, Place } from './protocol'
import type { Sealer } from './seal/sealer'

export interface Remote { mid: string; seat: string; kind: Kind; track: MediaStreamTrack }

/** What this device gets. The server offers; its offers are answered one after the other. */
export class Receiver {
  readonly peer: RTCPeerConnection
  private readonly say: (answer: { n: number; sdp: string }) => void
  private readonly changed: () => void
  private places: Place[] = []
  private queue: Promise<void> = Promise.resolve()
  private closed = false
  private readonly seal: Sealer | undefined

  constructor(peer: RTCPeerConnection, say: (answer: { n: number; sdp: string }) => void, changed: () => void, seal?: Sealer) {
    this.peer = peer
    this.seal = seal
    this.say = say
    this.changed = changed
    peer.ontrack = () => changed()
  }

  offered(n: number, sdp: string, places: Place[]): Promise<void> {
    this.queue = this.queue.then(async () => {
      if (this.closed) return
      await this.peer.setRemoteDescription({ type: 'offer', sdp })
      for (const place of this.peer.getTransceivers()) this.seal?.receives(place)
      await this.peer.setLocalDescription(await this.peer.createAnswer())
      if (this.closed) return
      this.say({ n, sdp: this.peer.localDescription?.sdp ?? '' })
      this.placed(places)
    }).catch(() => {
      // An offer that cannot be taken leaves what there was; the server offers again at the next rung.
    })
    return this.queue
  }

  placed(places: Place[]): void {
    this.places = places
    this.changed()
  }

  /** Who is received, with the tracks of the places they have now. */
  remotes(): Remote[] {
    const tracks = new Map(this.peer.getTransceivers().map((place) => [place.mid, place.receiver.track]))
    return this.places.flatMap(({ mid, seat, kind }) => {
      const track = tracks.get(mid)
      return track && seat && (this.seal?.isOf(mid, seat) ?? true) ? [{ mid, seat, kind, track }] : []
    })
  }

  close(): void {
    this.closed = true
    this.peer.ontrack = null
    this.peer.close()
  }
}
