import type { RoomSeat } from '../protocol'
import type { Timers } from '../timers'
import { toText } from './bytes'
import { newSelf } from './keys'
import { Parley, type ParleyView } from './parley'
import type { Order, Way, Word } from './worker'

interface Streams { readable: ReadableStream; writable: WritableStream }
type Sealable = (RTCRtpSender | RTCRtpReceiver) & { createEncodedStreams?(): Streams }
type ScriptTransform = new (worker: Worker, options: Way) => RTCRtpScriptTransform

const byScript = (): ScriptTransform | undefined => (globalThis as { RTCRtpScriptTransform?: ScriptTransform }).RTCRtpScriptTransform
const byStreams = (): boolean => typeof RTCRtpSender !== 'undefined' && 'createEncodedStreams' in RTCRtpSender.prototype

/** This browser can seal what it sends, one way or the other. */
export const canSeal = (): boolean => typeof Worker !== 'undefined' && (byScript() !== undefined || byStreams())

/** What a connection has to be made with for that. */
export const sealedSettings = (): object => (byScript() ? {} : { encodedInsertableStreams: true })

/** Of pictures only VP8: of others the room needs more than may stay clear. */
export function sealedCodecs(place: RTCRtpTransceiver): void {
  const all = RTCRtpSender.getCapabilities?.('video')?.codecs ?? []
  place.setCodecPreferences?.(all.filter(({ mimeType }) => /^video\/(vp8|rtx)$/i.test(mimeType)))
}

export interface SealDeps { visit: string; say(data: string): void; changed(): void; timers: Timers }

/** The end-to-end encryption of one page, from one joining to the next. */
export class Sealer {
  private readonly worker: Worker
  private parley: Parley | undefined
  private closed = false
  private early: (() => void)[] = []
  private readonly whose = new Map<string, string>()
  private readonly done = new WeakSet<object>()
  view: ParleyView = { devices: 1, missing: 0 }

  constructor(deps: SealDeps, seat: string) {
    this.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    this.worker.onmessage = ({ data }: MessageEvent<Word>) => {
      this.whose.set(data.mid, data.seat)
      deps.changed()
    }
    void newSelf().then((self) => {
      if (this.closed) return
      this.parley = new Parley({
        visit: deps.visit, seat, self, say: deps.say, timers: deps.timers,
        sends: (secret) => this.order({ do: 'send', secret: toText(secret) }),
        opens: (of, secret) => this.order({ do: 'open', seat: of, secret: toText(secret) }),
        closes: (of) => this.order({ do: 'close', seat: of }),
        changed: (view) => { this.view = view; deps.changed() },
      })
      for (const step of this.early) step()
      this.early = []
    })
  }

  sit(seats: RoomSeat[]): void {
    this.soon(() => this.parley?.sit(seats.map(({ seat }) => seat)))
  }

  hear(from: string, data: string): void {
    this.soon(() => this.parley?.hear(from, data))
  }

  sealWords = async (text: string): Promise<string | undefined> => this.parley?.sealWords(text)
  openWords = async (from: string, data: string): Promise<string | undefined> => this.parley?.openWords(from, data)

  sends(sender: RTCRtpSender, sort: 'audio' | 'video'): void {
    this.through(sender, { to: 'seal', sort })
  }

  receives({ mid, receiver }: RTCRtpTransceiver): void {
    if (mid !== null) this.through(receiver, { to: 'open', sort: receiver.track.kind === 'audio' ? 'audio' : 'video', mid })
  }

  /** Frames of that place are sealed by that seat: the room's word alone is not taken for it. */
  isOf = (mid: string, seat: string): boolean => this.whose.get(mid) === seat

  close(): void {
    this.closed = true
    this.parley?.close()
    this.worker.terminate()
  }

  private soon(step: () => void): void {
    if (this.parley) step()
    else this.early.push(step)
  }

  private order(what: Order, transfer: Transferable[] = []): void {
    if (!this.closed) this.worker.postMessage(what, transfer)
  }

  private through(end: Sealable, way: Way): void {
    if (this.done.has(end)) return
    this.done.add(end)
    const Script = byScript()
    if (Script) {
      end.transform = new Script(this.worker, way)
      return
    }
    const { readable, writable } = end.createEncodedStreams!()
    this.order({ do: 'frames', way, readable, writable }, [readable as unknown as Transferable, writable as unknown as Transferable])
  }
}
