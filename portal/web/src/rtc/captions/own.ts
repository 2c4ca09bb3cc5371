import type { Timers } from '../timers'
import type { Ability, Ears } from './ears'
import { Outbox } from './outbox'
import type { Caption, Gives } from './words'

export type Answer = 'yes' | 'no'
export interface OwnDeps {
  ears: Ears
  say(caption: Caption): void
  /** What becomes of the words, or what the browser can do, is another than before. */
  changed(): void
  timers: Timers
  now(): number
}

/** The words of this page's person: text is made of them only while they agreed, somebody asked, and the microphone is on. */
export class OwnWords {
  gives: Gives = 'open'
  /** Unknown as long as nobody asked. */
  able: Ability | undefined
  private readonly deps: OwnDeps
  private readonly outbox: Outbox
  private answer: Answer | undefined
  private asked = false
  private there = false
  private track: MediaStreamTrack | undefined
  private lang = ''
  private known: { lang: string; says?: Ability } | undefined
  private loading = false
  private running: { track: MediaStreamTrack; lang: string; stop(): void } | undefined
  private closed = false

  constructor(deps: OwnDeps, answer: Answer | undefined) {
    this.deps = deps
    this.answer = answer
    this.outbox = new Outbox(deps.say, deps.timers, deps.now())
  }

  agree(answer: Answer): void {
    this.answer = answer
    this.settle()
  }

  /** The microphone while it is on, and the language of whom it hears. */
  speak(track: MediaStreamTrack | undefined, lang: string): void {
    if (track === this.track && lang === this.lang) return
    this.track = track
    this.lang = lang
    this.settle()
  }

  /** Whether somebody asked, and whether there is a room to tell it. */
  stand(asked: boolean, there: boolean): void {
    if (asked === this.asked && there === this.there) return
    this.asked = asked
    this.there = there
    this.settle()
  }

  /** Loads what the browser needs for it, because its person said so. */
  async load(): Promise<void> {
    const { known } = this
    if (this.loading || known?.says !== 'download') return
    this.loading = true
    this.agree('yes')
    known.says = (await this.deps.ears.install(known.lang)) ? 'ready' : 'cannot'
    this.loading = false
    this.settle()
  }

  close(): void {
    this.closed = true
    this.running?.stop()
    this.running = undefined
    this.outbox.drop()
  }

  private settle(): void {
    if (this.closed) return
    if (this.asked && this.lang && this.known?.lang !== this.lang) this.askFor(this.lang)
    const able = this.asked ? this.known?.says : undefined
    const gives = this.becomes(able)
    const news = gives !== this.gives || able !== this.able
    this.gives = gives
    this.able = able
    this.run()
    if (news) this.deps.changed()
  }

  private becomes(able: Ability | undefined): Gives {
    if (able === 'cannot') return 'cannot'
    if (this.answer === 'no') return 'no'
    if (this.answer === 'yes' && this.loading) return 'loading'
    return this.answer === 'yes' && able === 'ready' ? 'yes' : 'open'
  }

  private run(): void {
    const { track, lang, gives } = this
    const runs = gives === 'yes' && this.asked && this.there && track !== undefined
    if (this.running && (!runs || this.running.track !== track || this.running.lang !== lang)) {
      this.running.stop()
      this.running = undefined
      // Muted, what was said ends as it stands; taken back, nothing of it goes out any more.
      if (gives === 'yes') this.outbox.pause()
      else this.outbox.drop()
    }
    if (!runs || this.running) return
    const stop = this.deps.ears.listen(track, lang, {
      heard: (text, end) => this.outbox.heard(text, end, lang),
      failed: () => {
        if (this.known?.lang === lang) this.known.says = 'cannot'
        this.settle()
      },
    })
    this.running = { track, lang, stop }
  }

  private askFor(lang: string): void {
    const known: { lang: string; says?: Ability } = { lang }
    this.known = known
    void this.deps.ears.able(lang).then((says) => {
      known.says = says
      this.settle()
    })
  }
}
