import type { Timers } from '../timers'
import { random, toText, type Bytes } from './bytes'
import { between, box, circleOf, codeOf, commitTo, newSecret, unbox, wordsKey, type Between, type Self } from './keys'
import { readSaid, type Said } from './said'

/** What the person may know of it: the code once everybody has shown their part, and how many devices it speaks for. */
export interface ParleyView { code?: string; devices: number; /** Of so many no key has come yet. */ missing: number }

export interface ParleyDeps {
  visit: string
  seat: string
  self: Self
  say(data: string): void
  /** From now on frames are sealed with this. */
  sends(secret: Bytes): void
  /** Frames of that seat may be sealed with this. */
  opens(seat: string, secret: Bytes): void
  /** Nothing of that seat is opened any more. */
  closes(seat: string): void
  changed(view: ParleyView): void
  timers: Timers
}

interface Peer { inst: string; pub: string; keys: Between; /** Of mine, the newest that they have. */ got: number; box?: { gen: number; text: string }; /** Of theirs. */ gen: number; words: Map<number, CryptoKey> }
/** A circle's part of the comparison. First every part is promised, then they are shown: nobody can fit theirs to the others'. */
interface Round { chance: string; promise: string; promised: Map<string, string>; shown: Map<string, string>; code?: string }

const soonMs = 120
const switchMs = 2_000
const againMs = [700, 1_000, 2_000, 4_000]
const kept = 3
const maxRounds = 64
const maxPeers = 31

/**
 * How the pages of a visit come to keys of their own, by words that the room passes on without
 * understanding them. Each page says all of its state, again and again until everybody has what they
 * need; only the last word counts, so that nothing is lost with a line. telehealth/sfu/PROTOCOL.md, "Keys".
 */
export class Parley {
  private readonly deps: ParleyDeps
  private seats: string[] = []
  private readonly peers = new Map<string, Peer>()
  private gen = 1
  private secret = newSecret()
  private words: Promise<CryptoKey>
  private wordsGen = 1
  /** What is given out already and not yet used. */
  private next: { gen: number; secret: Bytes } | undefined
  private given = false
  private readonly rounds = new Map<string, Round>()
  private circle = ''
  private members = ''
  private view: ParleyView = { devices: 1, missing: 0 }
  private work: Promise<void> = Promise.resolve()
  private turn: unknown
  private again: unknown
  private soon: unknown
  private tries = 0
  private closed = false

  constructor(deps: ParleyDeps) {
    this.deps = deps
    this.words = wordsKey(this.secret)
    deps.sends(this.secret)
  }

  /** Who has a seat in the room. */
  sit(seats: string[]): void {
    this.queue(async () => {
      this.seats = seats.filter((seat) => seat !== this.deps.seat).slice(0, maxPeers)
      const gone = [...this.peers.keys()].filter((seat) => !this.seats.includes(seat))
      for (const seat of gone) this.drop(seat)
      if (gone.length > 0) this.rotate()
      await this.settle()
      this.speak()
    })
  }

  hear(from: string, data: string): void {
    const said = readSaid(data)
    if (said) this.queue(() => this.take(from, said))
  }

  /** Words for those who have the key, and nobody else. */
  async sealWords(text: string): Promise<string> {
    const gen = this.wordsGen
    return `${gen} ${await box(await this.words, new TextEncoder().encode(text), this.about(this.deps.seat, this.deps.self.inst, gen))}`
  }

  async openWords(from: string, data: string): Promise<string | undefined> {
    const peer = this.peers.get(from)
    const [gen, text] = data.split(' ')
    const key = peer?.words.get(Number(gen))
    const open = peer && key && text && (await unbox(key, text, this.about(from, peer.inst, Number(gen))))
    return open ? new TextDecoder().decode(open) : undefined
  }

  /** All that was asked of it is done. */
  idle = (): Promise<void> => this.work

  close(): void {
    this.closed = true
    this.deps.timers.clear(this.turn)
    this.deps.timers.clear(this.again)
    this.deps.timers.clear(this.soon)
  }

  private about = (seat: string, inst: string, gen: number): string => JSON.stringify(['housecall words 1', this.deps.visit, seat, inst, gen])

  private queue(step: () => Promise<void>): void {
    this.work = this.work.then(() => (this.closed ? undefined : step())).catch(() => undefined)
  }

  private drop(seat: string): void {
    this.peers.delete(seat)
    this.deps.closes(seat)
  }

  private async take(from: string, said: Said): Promise<void> {
    if (!this.seats.includes(from)) return
    const { self, visit } = this.deps
    let peer = this.peers.get(from)
    if (peer && peer.inst === said.inst && peer.pub !== said.pub) return
    let news = false
    if (!peer || peer.inst !== said.inst) {
      const keys = await between(visit, self, said)
      if (!keys || said.inst === self.inst) return
      if (peer) this.drop(from)
      peer = { inst: said.inst, pub: said.pub, keys, got: 0, gen: 0, words: new Map() }
      this.peers.set(from, peer)
      this.rotate()
      news = true
    }
    const mine = said.keys.get(self.inst)
    if (mine && mine.gen > peer.gen) {
      const secret = await unbox(peer.keys.in, mine.box, String(mine.gen))
      if (secret) {
        peer.gen = mine.gen
        peer.words.set(mine.gen, await wordsKey(secret))
        if (peer.words.size > kept) peer.words.delete(Math.min(...peer.words.keys()))
        this.deps.opens(from, secret)
        news = true
      }
    }
    peer.got = Math.max(peer.got, Math.min(said.got.get(self.inst) ?? 0, this.newest))
    if (this.next && [...this.peers.values()].every(({ got }) => got >= this.newest)) this.use()
    await this.settle()
    const round = this.rounds.get(said.circle)
    // What was promised is not promised otherwise later.
    if (round && said.promise && !round.promised.has(said.inst)) {
      round.promised.set(said.inst, said.promise)
      news = true
    }
    if (round && said.chance && !round.shown.has(said.inst) && round.promised.get(said.inst) === (await commitTo(said.circle, said.inst, said.chance))) {
      round.shown.set(said.inst, said.chance)
      news = true
    }
    await this.settle()
    // Who lacks something is told again by whoever lacks nothing; all others ask by themselves.
    if (news || (!said.done && this.done())) this.speak(news)
  }

  private get newest(): number {
    return this.next?.gen ?? this.gen
  }

  /** Who came must not read what was sealed before, who left nothing of what comes. */
  private rotate(): void {
    if (!this.given) return
    const { timers } = this.deps
    this.next = { gen: this.newest + 1, secret: newSecret() }
    timers.clear(this.turn)
    // Somebody whose line is gone may not keep the others from it.
    this.turn = timers.set(() => this.queue(async () => this.use()), switchMs)
  }

  private use(): void {
    if (!this.next) return
    this.deps.timers.clear(this.turn)
    ;({ gen: this.gen, secret: this.secret } = this.next)
    this.next = undefined
    this.words = wordsKey(this.secret)
    this.wordsGen = this.gen
    this.deps.sends(this.secret)
  }

  /** The circle as it is now, and how far its comparison has come. */
  private async settle(): Promise<void> {
    const { self, visit, seat } = this.deps
    const members = [{ seat, inst: self.inst, pub: self.pub }, ...[...this.peers].map(([of, { inst, pub }]) => ({ seat: of, inst, pub }))]
    const list = members.map(({ seat: of, inst, pub }) => `${of} ${inst} ${pub}`).join('\n')
    if (list !== this.members) this.circle = await circleOf(visit, members)
    this.members = list
    let round = this.rounds.get(this.circle)
    if (!round) {
      const chance = toText(random(16))
      round = { chance, promise: await commitTo(this.circle, self.inst, chance), promised: new Map(), shown: new Map() }
      this.rounds.set(this.circle, round)
      if (this.rounds.size > maxRounds) this.rounds.delete(this.rounds.keys().next().value!)
    }
    const view: ParleyView = { devices: members.length, missing: this.seats.length - this.peers.size }
    const { shown, chance } = round
    if (this.peers.size > 0 && shown.size === this.peers.size) view.code = round.code ??= await codeOf(this.circle, [chance, ...shown.values()])
    if (view.code !== this.view.code || view.devices !== this.view.devices || view.missing !== this.view.missing) {
      this.view = view
      this.deps.changed(view)
    }
  }

  private done(): boolean {
    return this.view.missing === 0 && (this.peers.size === 0 || this.view.code !== undefined) && [...this.peers.values()].every(({ got, gen }) => gen > 0 && got >= this.newest)
  }

  /** Says everything, now and until everybody has it. */
  private speak(news = true): void {
    const { timers } = this.deps
    timers.clear(this.again)
    if (news) this.tries = 0
    if (this.seats.length === 0) return
    // What happens at once is said at once.
    this.soon ??= timers.set(() => this.queue(() => this.tell()), soonMs)
    this.again = timers.set(() => {
      if (!this.done()) this.queue(async () => this.speak(false))
    }, againMs[Math.min(this.tries, againMs.length - 1)]!)
    this.tries += 1
  }

  private async tell(): Promise<void> {
    this.soon = undefined
    const { self } = this.deps
    const { gen, secret } = this.next ?? { gen: this.gen, secret: this.secret }
    const keys: Record<string, { gen: number; box: string }> = {}
    const got: Record<string, number> = {}
    for (const peer of this.peers.values()) {
      const boxed = peer.box?.gen === gen ? peer.box : { gen, text: await box(peer.keys.out, secret, String(gen)) }
      peer.box = boxed
      keys[peer.inst] = { gen, box: boxed.text }
      got[peer.inst] = peer.gen
      this.given = true
    }
    const round = this.rounds.get(this.circle)
    const all = round && round.promised.size === this.peers.size
    this.deps.say(JSON.stringify({ k: 'keys', v: 1, inst: self.inst, pub: self.pub, keys, got, circle: this.circle, promise: round?.promise, ...(all && { chance: round.chance }), done: this.done() }))
  }
}
