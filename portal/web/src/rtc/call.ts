import { Line, type LineSocket } from './line'
import type { Bye, FromServer, Kind, Layer, Level, Recorded, Relay, RoomSeat, ToServer } from './protocol'
import type { Tracks } from './publish'
import { judge, sampleOf, Steady, worse, type Sample } from './quality'
import { Pair } from './pair'
import type { Remote } from './receive'
import { Reporter } from './report'
import type { ParleyView } from './seal/parley'
import type { SealDeps, Sealer } from './seal/sealer'
import type { Timers } from './timers'

/** Lost: the ladder is at its end, and the person may try once more. Over: there is nothing to come back to. */
export type Phase = 'joining' | 'in' | 'reconnecting' | 'lost' | 'over'
export interface CallView { phase: Phase; why?: Bye; seat?: string; seats: RoomSeat[]; speaking: string[]; level: Level; remotes: Remote[]; /** The line carries sound only, and pictures come back by themselves. */ onlySound: boolean; /** Seat of the host who turned this microphone off, until it is on again. */ mutedBy?: string; recording: Recorded; /** Of a call whose frames only its pages can read. */ seal?: ParleyView }
/** What the device sends now, and whether its person wants it sent. */
export interface Sending { tracks: Tracks; mic: boolean; cam: boolean; /** Wants to get no pictures. */ only?: boolean }

export interface CallDeps {
  dial(): LineSocket
  newPeer(relays: Relay[]): RTCPeerConnection
  /** Somebody else shows their screen now, and there is one at a time. */
  shareTaken(): void
  /** A host turned the microphone off; it may be turned on again. */
  silenced(): void
  /** Frames are sealed from page to page; missing: they are not. */
  seal?(deps: Omit<SealDeps, 'visit'>, seat: string): Sealer
  timers: Timers
}

// The budgets of the ladder. The seat waits 30 s after the socket dropped.
const redialMs = [0, 400, 1_000, 2_000, 4_000]
const resumeTries = 6
const allTries = 18
const blinkMs = 3_000
const restartMs = 5_000
const renewMs = 8_000
const newMs = 10_000
const joinMs = 8_000
const lookMs = 2_000

/**
 * One person's part in a visit, from joining to leaving. What breaks is mended rung by rung:
 * the socket resumes; the transports restart; a second pair of them takes over; everything is joined
 * anew with the same seat.
 */
export class Call {
  private view: CallView = { phase: 'joining', seats: [], speaking: [], level: 'good', remotes: [], onlySound: false, recording: 'off' }
  private readonly listeners = new Set<() => void>()
  private readonly deps: CallDeps
  private sending: Sending
  private line: Line | undefined
  private pair: Pair | undefined
  private sealer: Sealer | undefined
  private readonly ears = new Set<(from: string, data: string) => void>()
  private resume = ''
  private relays: Relay[] = []
  private tries = 0
  private redial: unknown
  private watchdog: unknown
  private blink: unknown
  private look: unknown
  private sample: Sample | undefined
  private said: Level = 'good'
  private steady = new Steady()
  private readonly reporter = new Reporter()
  private held = new Set<string>()
  private readonly wants = new Map<string, { seat: string; kind: Kind; layer: Layer }>()
  private pins: string[] = []

  constructor(deps: CallDeps, sending: Sending) {
    this.deps = deps
    this.sending = sending
  }

  current = (): CallView => this.view
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  start(): void {
    this.connect()
    this.watch()
  }

  /** Goes away for good, and says so. */
  leave(): void {
    this.say(this.reporter.report())
    this.line?.send({ t: 'leave' })
    this.stop()
    this.set({ phase: 'over', why: undefined })
  }

  /** Lets go of everything without a word, as a closed page does. The seat waits a while. */
  stop(): void {
    const { timers } = this.deps
    ;[this.redial, this.watchdog, this.blink, this.look].forEach((timer) => timers.clear(timer))
    this.line?.close()
    this.line = undefined
    this.dropPeers()
  }

  /** From the top of the ladder, when the person asks. */
  retry(): void {
    this.stop()
    this.tries = 0
    this.resume = ''
    this.set({ phase: 'reconnecting' })
    this.start()
  }

  /** The device is online again, or the page is in front again: no reason to wait. */
  hurry(): void {
    if (this.line || this.view.phase === 'over' || this.view.phase === 'lost') return
    this.deps.timers.clear(this.redial)
    this.connect()
  }

  send(sending: Sending): void {
    const before = this.sending
    this.sending = sending
    if (sending.mic && this.view.mutedBy) this.set({ mutedBy: undefined })
    if (before.mic !== sending.mic) this.say({ t: 'mute', kind: 'audio', on: !sending.mic })
    if (before.cam !== sending.cam) this.sayCamera()
    if (Boolean(before.tracks.screen) !== Boolean(sending.tracks.screen)) this.say({ t: 'mute', kind: 'screen', on: !sending.tracks.screen })
    if (Boolean(before.only) !== Boolean(sending.only)) this.say({ t: 'only', on: Boolean(sending.only) })
    this.pair?.send(sending.tracks)
  }

  /** How large somebody is shown. */
  want(seat: string, kind: Kind, layer: Layer): void {
    const key = `${seat} ${kind}`
    if (this.wants.get(key)?.layer === layer) return
    this.wants.set(key, { seat, kind, layer })
    this.say({ t: 'want', seat, kind, layer })
  }

  /** Whose pictures come before all others where not everybody's are sent. */
  pin(seats: string[]): void {
    if (seats.join() === this.pins.join()) return
    this.pins = seats
    this.say({ t: 'pin', seats })
  }

  /** Says something to the other pages, sealed where the call is: without keys it is not said at all. */
  async tell(data: string, to?: string): Promise<void> {
    const words = this.deps.seal ? await this.sealer?.sealWords(data) : data
    if (words) this.say({ t: 'tell', ...(to && { to }), data: words })
  }

  /** What other pages say. */
  listen(ear: (from: string, data: string) => void): () => void {
    this.ears.add(ear)
    return () => this.ears.delete(ear)
  }

  /** The reports of both connections, for whoever looks closer. */
  async reports(): Promise<({ type: string } & Record<string, unknown>)[]> {
    return (await this.pair?.reports()) ?? []
  }

  private say(frame: ToServer): void {
    this.line?.send(frame)
  }

  private connect(): void {
    this.line?.close()
    this.guard(joinMs, () => this.down())
    this.line = new Line(this.deps.dial, this.deps.timers, {
      onOpen: () => this.say({ t: 'join', ...(this.resume && { resume: this.resume }), mic: this.sending.mic, cam: this.sending.cam }),
      onFrame: (frame) => this.read(frame),
      onDown: () => this.down(),
    })
  }

  /** First rung: the socket is gone. Picture and sound may go on without it. */
  private down(): void {
    const { timers } = this.deps
    this.line?.close()
    this.line = undefined
    timers.clear(this.watchdog)
    if (this.view.phase === 'over') return
    this.tries += 1
    if (this.tries > allTries) {
      this.stop()
      this.set({ phase: 'lost' })
      return
    }
    // The seat did not wait so long: the next one is a new beginning.
    if (this.tries > resumeTries) this.resume = ''
    if (this.view.phase === 'in') this.set({ phase: 'reconnecting' })
    this.redial = timers.set(() => this.connect(), redialMs[Math.min(this.tries - 1, redialMs.length - 1)]!)
  }

  private read(frame: FromServer): void {
    switch (frame.t) {
      case 'joined': return this.joined(frame)
      case 'seats':
        this.sealer?.sit(frame.seats)
        return this.set({ seats: frame.seats })
      case 'told': return void this.told(frame.from, frame.data)
      case 'pub-answer': return this.pair?.answered(frame.n, frame.sdp)
      case 'sub': return this.pair?.offered(frame)
      case 'layers': return this.pair?.layers(frame.kind, frame.rids)
      case 'codecs': return this.pair?.codecs(frame.video)
      case 'held':
        this.held = new Set(frame.tracks.map(({ mid }) => mid))
        this.soundOnly(frame.only === 'audio')
        return this.show()
      case 'recording': return this.set({ recording: frame.state })
      case 'map': return this.pair?.placed(frame)
      case 'speaking': return this.set({ speaking: frame.seats })
      case 'quality':
        this.said = frame.level
        return undefined
      case 'mute':
        if (frame.kind === 'screen' && frame.on) this.deps.shareTaken()
        if (frame.kind === 'audio' && frame.on) {
          this.set({ mutedBy: frame.host })
          this.deps.silenced()
        }
        return undefined
      case 'error': return this.rejoin()
      case 'bye': return this.bye(frame.why)
      default: return undefined
    }
  }

  private async told(from: string, data: string): Promise<void> {
    this.sealer?.hear(from, data)
    const words = this.deps.seal ? await this.sealer?.openWords(from, data) : data
    if (words !== undefined) this.ears.forEach((ear) => ear(from, words))
  }

  private joined(frame: Extract<FromServer, { t: 'joined' }>): void {
    this.deps.timers.clear(this.watchdog)
    this.resume = frame.resume
    this.relays = frame.relays
    this.set({ seat: frame.seat, seats: frame.seats, recording: frame.recording })
    if (this.sending.only || frame.resumed) this.say({ t: 'only', on: Boolean(this.sending.only) })
    if (frame.resumed && this.pair) {
      this.sealer?.sit(frame.seats)
      // What changed while nobody listened.
      this.say({ t: 'mute', kind: 'audio', on: !this.sending.mic })
      this.sayCamera()
      this.pair.resumed()
      if (this.pair.renewing()) this.guard(renewMs, () => this.rejoin())
      else if (this.pair.flowing()) this.settled()
      else this.restart()
      return
    }
    this.makePeers()
    for (const want of this.wants.values()) this.say({ t: 'want', ...want })
    if (this.pins.length > 0) this.say({ t: 'pin', seats: this.pins })
    this.guard(newMs, () => this.rejoin())
  }

  /** What does not carry pictures to here hardly carries any away: the voice gets all of it, and nobody is shown a picture that stands still. */
  private soundOnly(on: boolean): void {
    if (on === this.view.onlySound) return
    this.set({ onlySound: on })
    this.pair?.soundOnly(on)
    if (this.sending.cam) this.sayCamera()
  }

  private sayCamera(): void {
    this.say({ t: 'mute', kind: 'camera', on: !this.sending.cam || this.view.onlySound })
  }

  /** A picture that is not sent any more would stand still. */
  private show(): void {
    this.set({ seal: this.sealer?.view, remotes: (this.pair?.remotes() ?? []).filter(({ mid, kind }) => kind === 'audio' || !this.held.has(mid)) })
  }

  private makePeers(): void {
    this.dropPeers()
    this.held = new Set()
    // Whoever joins anew has new keys.
    this.sealer = this.deps.seal?.({ say: (data) => this.say({ t: 'tell', data }), changed: () => this.show(), timers: this.deps.timers }, this.view.seat ?? '')
    this.sealer?.sit(this.view.seats)
    this.set({ onlySound: false })
    this.pair = new Pair({
      newPeer: () => this.deps.newPeer(this.relays),
      offer: (offer) => this.say({ t: 'pub', ...offer }),
      answer: (answer) => this.say({ t: 'sub-answer', ...answer }),
      show: () => this.show(),
      moved: () => this.moved(),
      seal: this.sealer,
    }, this.sending.tracks)
  }

  private dropPeers(): void {
    this.pair?.close()
    this.pair = undefined
    this.sealer?.close()
    this.sealer = undefined
    this.sample = undefined
  }

  private moved(): void {
    const { timers } = this.deps
    timers.clear(this.blink)
    // While a second pair is under way the next rung waits already.
    if (!this.pair || this.pair.renewing()) return
    if (this.pair.flowing()) {
      if (this.line) this.settled()
      return
    }
    const states = this.pair.states()
    if (states.includes('failed')) this.restart()
    // A moment without packets heals by itself.
    else if (states.includes('disconnected')) this.blink = timers.set(() => this.restart(), blinkMs)
  }

  private settled(): void {
    this.deps.timers.clear(this.watchdog)
    this.tries = 0
    this.set({ phase: 'in', why: undefined })
  }

  /** Second rung: both transports look for a new way. */
  private restart(): void {
    if (this.view.phase === 'over' || !this.line) return
    this.set({ phase: 'reconnecting' })
    this.say({ t: 'restart' })
    this.pair?.restart(this.relays)
    this.guard(restartMs, () => this.renew())
  }

  /** Third rung, or the first when another network is there before the old one is gone: a second pair, while the old one goes on. */
  renew(): void {
    if (this.view.phase === 'over' || this.view.phase === 'joining' || !this.line || !this.pair) return
    this.say({ t: 'restart', fresh: true })
    this.pair.renew(this.sending.tracks)
    this.guard(renewMs, () => this.rejoin())
  }

  /** Fourth rung: everything anew, with the same seat and the same choices. */
  private rejoin(): void {
    this.resume = ''
    this.dropPeers()
    this.set({ phase: this.view.phase === 'joining' ? 'joining' : 'reconnecting', remotes: [] })
    this.down()
  }

  private bye(why: Bye): void {
    // The room is on another node now, and the seat waits there: at once, and not after what failed before.
    if (why === 'moved') this.tries = 0
    // The node goes or gave up on this line: the visit itself goes on.
    if (why === 'moved' || why === 'drain' || why === 'idle' || why === 'error') return this.rejoin()
    this.stop()
    this.set({ phase: 'over', why, remotes: [] })
    return undefined
  }

  private guard(ms: number, otherwise: () => void): void {
    this.deps.timers.clear(this.watchdog)
    this.watchdog = this.deps.timers.set(otherwise, ms)
  }

  private watch(): void {
    this.look = this.deps.timers.set(() => {
      void this.reports().then((reports) => {
        const now = sampleOf(reports)
        const seen = this.sample ? judge(this.sample, now) : 'good'
        this.sample = now
        if (this.reporter.take(reports)) this.say(this.reporter.report())
        const level = this.steady.take(worse(seen, this.said))
        if (level !== this.view.level) this.set({ level })
      }).catch(() => undefined)
      this.watch()
    }, lookMs)
  }

  private set(change: Partial<CallView>): void {
    this.view = { ...this.view, ...change }
    this.listeners.forEach((listener) => listener())
  }
}
