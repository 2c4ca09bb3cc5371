import type { Timers } from '../timers'
import { longest, pieces, tail, type Caption } from './words'

/** Between two captions of one page: a hundred a minute, which leaves room for what else is told. */
const gapMs = 600
const mostWaiting = 12

/** What somebody says, on its way to the others: what has ended goes all, of what goes on only the newest. */
export class Outbox {
  private readonly send: (caption: Caption) => void
  private readonly timers: Timers
  private n: number
  private ended: Caption[] = []
  private going: Caption | undefined
  /** The last one sent, if it goes on. */
  private begun: Caption | undefined
  private resting: unknown

  /** A page that comes anew begins with a higher number than it had: `first` grows with time. */
  constructor(send: (caption: Caption) => void, timers: Timers, first: number) {
    this.send = send
    this.timers = timers
    this.n = Math.floor(first)
  }

  heard(text: string, end: boolean, lang: string): void {
    const [first, ...more] = end ? pieces(text) : [tail(text.trim(), longest)]
    if (!first) return
    if (end) {
      this.going = this.begun = undefined
      for (const piece of [first, ...more]) this.ended.push({ n: this.n++, text: piece, end: true, lang })
      this.ended = this.ended.slice(-mostWaiting)
    } else if (first !== this.going?.text) this.going = { n: this.n, text: first, end: false, lang }
    if (this.resting === undefined) this.next()
  }

  /** Nothing more is said for now: what was begun ends as it stands. */
  pause(): void {
    const open = this.going ?? this.begun
    if (open) this.heard(open.text, true, open.lang)
  }

  /** Nothing of what waits is sent any more. */
  drop(): void {
    this.timers.clear(this.resting)
    this.resting = this.going = this.begun = undefined
    this.ended = []
  }

  private next(): void {
    this.resting = undefined
    const caption = this.ended.shift() ?? this.going
    if (!caption) return
    if (caption === this.going) this.going = undefined
    this.begun = caption.end ? undefined : caption
    this.send(caption)
    this.resting = this.timers.set(() => this.next(), gapMs)
  }
}
