import type { FromServer, Kind, Sent } from './protocol'
import { Publisher, type Tracks } from './publish'
import { Receiver, type Remote } from './receive'
import type { Sealer } from './seal/sealer'

export interface PairDeps {
  newPeer(): RTCPeerConnection
  offer(offer: { n: number; sdp: string; tracks: Sent[]; fresh?: true }): void
  answer(answer: { n: number; sdp: string }): void
  /** Other tracks are received, or in other places. */
  show(): void
  /** A connection came or went. */
  moved(): void
  /** What is sent is sealed by it, and what is received opened; missing: neither is. */
  seal?: Sealer | undefined
}

/**
 * The connection on which a device sends and the one on which it receives. Either can be replaced
 * while it goes on: the new one takes over once it stands, so that nothing of a sentence is missing.
 */
export class Pair {
  private readonly deps: PairDeps
  private pub: Publisher
  private sub: Receiver
  private pubWas: Publisher | undefined
  private next: Receiver | undefined
  private nextN = 0
  private asked = false

  constructor(deps: PairDeps, tracks: Tracks) {
    this.deps = deps
    this.pub = new Publisher(deps.newPeer(), deps.offer, deps.seal)
    this.sub = this.receiver()
    this.watch(this.pub.peer)
    void this.pub.send(tracks).then(() => this.pub.negotiate())
  }

  /** Makes a second one beside each. */
  renew(tracks: Tracks): void {
    this.next?.close()
    this.next = undefined
    this.asked = true
    const before = this.pub
    // One that never stood is given up; what goes on is the one that does.
    if (this.pubWas) this.drop(before)
    else this.pubWas = before
    this.pub = new Publisher(this.deps.newPeer(), this.deps.offer, this.deps.seal, before)
    this.watch(this.pub.peer)
    const pub = this.pub
    void pub.send(tracks).then(() => pub.negotiate())
  }

  /** A second one is under way. */
  renewing(): boolean {
    return this.asked || Boolean(this.pubWas)
  }

  offered({ n, sdp, tracks, fresh, by }: Extract<FromServer, { t: 'sub' }>): void {
    if (!fresh) {
      this.turn(by)
      void this.sub.offered(n, sdp, tracks)
      return
    }
    if (!this.asked) return
    this.next?.close()
    this.next = this.receiver()
    this.nextN = n
    void this.next.offered(n, sdp, tracks)
  }

  placed({ tracks, by }: Extract<FromServer, { t: 'map' }>): void {
    this.turn(by)
    this.sub.placed(tracks)
  }

  answered(n: number, sdp: string): void {
    void this.pub.answered(n, sdp)
  }
  resumed(): void {
    void this.pub.resumed()
  }
  layers(kind: Kind, rids: string[]): void {
    void this.pub.layers(kind, rids)
  }
  codecs(shown: string[]): void {
    void this.pub.codecs(shown)
  }
  soundOnly(on: boolean): void {
    void this.pub.soundOnly(on)
  }
  send(tracks: Tracks): void {
    void this.pub.send(tracks)
  }
  remotes(): Remote[] {
    return this.sub.remotes()
  }

  /** Both look for another way on the network. The old one is given up meanwhile. */
  restart(iceServers: RTCIceServer[]): void {
    for (const peer of [this.pub.peer, this.sub.peer]) peer.setConfiguration({ ...peer.getConfiguration(), iceServers })
    void this.pub.negotiate(true)
  }

  /** Nobody may be there to be received yet: then the sending side alone tells. */
  flowing(): boolean {
    const sends = this.pub.peer.connectionState
    const receives = this.sub.peer.connectionState
    return sends === 'connected' && (receives === 'connected' || receives === 'new')
  }
  states(): RTCPeerConnectionState[] {
    return [this.pub.peer.connectionState, this.sub.peer.connectionState]
  }

  async reports(): Promise<({ type: string } & Record<string, unknown>)[]> {
    const all = await Promise.all([this.pub.peer, this.sub.peer].map(async (peer) => [...(await peer.getStats()).values()]))
    return all.flat() as ({ type: string } & Record<string, unknown>)[]
  }

  close(): void {
    for (const end of [this.pub, this.pubWas, this.sub, this.next]) if (end) this.drop(end)
    this.pubWas = this.next = undefined
  }

  private receiver(): Receiver {
    const made = new Receiver(this.deps.newPeer(), this.deps.answer, () => {
      if (made === this.sub) this.deps.show()
    }, this.deps.seal)
    this.watch(made.peer)
    return made
  }

  /** The room speaks of the second connection as the one: what comes, comes there. */
  private turn(by: number): void {
    if (!this.next || by !== this.nextN) return
    const old = this.sub
    this.sub = this.next
    this.next = undefined
    this.asked = false
    this.drop(old)
    this.deps.moved()
  }

  private watch(peer: RTCPeerConnection): void {
    peer.onconnectionstatechange = () => {
      if (peer === this.pub.peer && this.pubWas && peer.connectionState === 'connected') {
        this.drop(this.pubWas)
        this.pubWas = undefined
      }
      if (peer === this.pub.peer || peer === this.sub.peer) this.deps.moved()
    }
  }

  private drop(end: Publisher | Receiver): void {
    end.peer.onconnectionstatechange = null
    end.close()
  }
}
