import type { RoomSeat } from '../protocol'
import type { Timers } from '../timers'
import type { Ability, Ears } from './ears'
import { OwnWords, type Answer } from './own'
import { captionWord, readWord, stateWord, type Caption, type Gives } from './words'

export interface Line extends Caption { seat: string }
export interface CaptionsView {
  /** This page's person asked for captions. */
  wants: boolean
  /** Who else did, by seats. */
  asked: string[]
  /** What becomes of the words of each other seat. */
  given: ReadonlyMap<string, Gives>
  own: Gives
  /** What this browser can do for them; unknown as long as nobody asked. */
  able?: Ability
  lines: Line[]
  /** Nothing was said for a while. */
  quiet: boolean
}
export const noCaptions: CaptionsView = { wants: false, asked: [], given: new Map(), own: 'open', lines: [], quiet: true }

/** What the person said of captions in this visit. */
export interface Kept { wants?: boolean; answer?: Answer }
export interface CaptionsDeps {
  tell(data: string, to?: string): void
  ears: Ears
  kept: { read(): Kept; write(kept: Kept): void }
  timers: Timers
  now(): number
}

const soonMs = 150
const againMs = 15_000
/** Who asked is heard of at least so often, or is taken not to be there any more. */
const forgottenMs = 50_000
const quietMs = 8_000
const mostLines = 30

/**
 * Captions of a visit, as far as one page has to do with them: who asked, who agreed, and what is said. Each page makes
 * text of its own person's words only. Nothing of what is said is kept.
 */
export class Captions {
  private readonly deps: CaptionsDeps
  private view: CaptionsView
  private readonly listeners = new Set<() => void>()
  private readonly own: OwnWords
  private kept: Kept
  /** The others, and which of them have a line. */
  private others = new Map<string, boolean>()
  private there = false
  private readonly wanted = new Map<string, number>()
  /** The others were told that captions are wanted here. */
  private said = false
  private soon: unknown
  private again: unknown
  private silence: unknown
  private closed = false

  constructor(deps: CaptionsDeps) {
    this.deps = deps
    this.kept = deps.kept.read()
    this.view = { ...noCaptions, wants: Boolean(this.kept.wants) }
    this.own = new OwnWords({ ears: deps.ears, say: (caption) => this.say(caption), changed: () => this.changed(), timers: deps.timers, now: deps.now }, this.kept.answer)
    this.beat()
  }

  current = (): CaptionsView => this.view
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  want(on: boolean): void {
    if (on === this.view.wants) return
    this.keep({ wants: on })
    this.set({ wants: on, lines: [], quiet: true })
    this.announce()
  }

  answer(answer: Answer): void {
    this.keep({ answer })
    this.own.agree(answer)
  }

  load(): Promise<void> {
    this.keep({ answer: 'yes' })
    return this.own.load()
  }

  /** Who is in the room, and whether this page is. */
  sit(seats: RoomSeat[], own: string | undefined, there: boolean): void {
    const others = new Map(seats.filter(({ seat }) => seat !== own).map(({ seat, in: seated }) => [seat, seated]))
    const same = there === this.there && others.size === this.others.size && [...others].every(([seat, seated]) => this.others.get(seat) === seated)
    this.others = others
    this.there = there
    if (same) return
    for (const seat of this.wanted.keys()) if (!others.has(seat)) this.wanted.delete(seat)
    this.set({ given: new Map([...this.view.given].filter(([seat]) => others.has(seat))) })
    this.settle()
    // Who came or came back has heard nothing yet.
    this.announce()
  }

  /** The microphone, while it is on, and the language of whom it hears. */
  speak(track: MediaStreamTrack | undefined, lang: string): void {
    this.own.speak(track, lang)
  }

  hear(from: string, data: string): void {
    const word = this.others.has(from) && !this.closed ? readWord(data) : undefined
    if (!word) return undefined
    if ('caption' in word) return this.show(from, word.caption)
    const { wants, gives } = word.state
    const fresh = wants && !this.wanted.has(from)
    if (wants) this.wanted.set(from, this.deps.now())
    else this.wanted.delete(from)
    this.set({ given: new Map(this.view.given).set(from, gives) })
    this.settle()
    if (fresh) this.announce()
    return undefined
  }

  close(): void {
    this.closed = true
    ;[this.soon, this.again, this.silence].forEach((timer) => this.deps.timers.clear(timer))
    this.own.close()
  }

  private settle(): void {
    const asked = [...this.wanted.keys()]
    if (asked.join() !== this.view.asked.join()) this.set({ asked })
    this.own.stand(asked.length > 0, this.there)
  }

  private changed(): void {
    const { gives, able } = this.own
    this.set({ own: gives, able })
    this.announce()
  }

  private say(caption: Caption): void {
    const { asked } = this.view
    // Whoever did not ask need not get it.
    if (asked.length > 0) this.deps.tell(captionWord(caption), asked.length === 1 ? asked[0] : undefined)
  }

  private show(seat: string, caption: Caption): void {
    if (!this.view.wants) return
    const before = this.view.lines.find((line) => line.seat === seat && line.n === caption.n)
    // What has ended does not change any more, in whatever order words come.
    if (before?.end || !caption.text) return
    const line = { seat, ...caption }
    this.set({ lines: before ? this.view.lines.map((one) => (one === before ? line : one)) : [...this.view.lines, line].slice(-mostLines), quiet: false })
    this.deps.timers.clear(this.silence)
    this.silence = this.deps.timers.set(() => this.set({ quiet: true }), quietMs)
  }

  /** Says how things stand here, once for all that changes together. Where nobody asks for captions nothing is said. */
  private announce(): void {
    if (this.soon !== undefined || this.closed) return
    this.soon = this.deps.timers.set(() => {
      this.soon = undefined
      const { wants, asked, own } = this.view
      if (!this.there || !(wants || this.said || asked.length > 0)) return
      this.deps.tell(stateWord({ wants, gives: own }))
      this.said = wants
    }, soonMs)
  }

  /** A word may be lost, and a page may be gone without one. */
  private beat(): void {
    this.again = this.deps.timers.set(() => {
      const now = this.deps.now()
      for (const [seat, at] of this.wanted) if (now - at > forgottenMs) this.wanted.delete(seat)
      this.settle()
      this.announce()
      this.beat()
    }, againMs)
  }

  private keep(change: Kept): void {
    this.kept = { ...this.kept, ...change }
    this.deps.kept.write(this.kept)
  }

  private set(change: Partial<CaptionsView>): void {
    this.view = { ...this.view, ...change }
    this.listeners.forEach((listener) => listener())
  }
}
