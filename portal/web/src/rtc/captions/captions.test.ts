import { describe, expect, it } from 'vitest'
import { Captions, type Kept } from './captions'
import type { Ability, Ears } from './ears'
import { captionWord, longest, pieces, readWord, stateWord, tail } from './words'

class Clock {
  now = 1_000
  private waiting: { at: number; run: () => void }[] = []
  set = (run: () => void, ms: number) => {
    const one = { at: this.now + ms, run }
    this.waiting.push(one)
    return one
  }
  clear = (one: unknown) => { this.waiting = this.waiting.filter((other) => other !== one) }
  async pass(ms: number) {
    const until = this.now + ms
    for (let next; (next = this.waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]);) {
      this.clear(next)
      this.now = next.at
      next.run()
      await settle()
    }
    this.now = until
    await settle()
  }
}
const settle = () => new Promise((done) => setTimeout(done, 0))

/** A recogniser that hears what the test says. */
class FakeEars implements Ears {
  says: Ability
  installs = true
  running: { track: MediaStreamTrack; heard(text: string, end: boolean): void; failed(): void } | undefined
  constructor(says: Ability) { this.says = says }
  able = () => Promise.resolve(this.says)
  install = () => Promise.resolve(this.installs)
  listen(track: MediaStreamTrack, _: string, on: { heard(text: string, end: boolean): void; failed(): void }) {
    this.running = { track, ...on }
    return () => { this.running = undefined }
  }
}
const microphone = (id: string) => ({ id }) as MediaStreamTrack

interface Page { captions: Captions; ears: FakeEars; told: { data: string; to?: string }[]; kept: Kept[] }

/** Pages of one room, and all that is told in it. */
function roomOf(ears: Record<string, FakeEars>, before: Record<string, Kept> = {}) {
  const clock = new Clock()
  const pages = new Map<string, Page>()
  const deaf = new Set<string>()
  const seats = Object.keys(ears).map((seat) => ({ seat, mic: true, cam: true, screen: false, in: true, only: false }))
  for (const [seat, own] of Object.entries(ears)) {
    const told: Page['told'] = []
    const kept: Kept[] = []
    const captions = new Captions({
      ears: own, timers: clock, now: () => clock.now, kept: { read: () => before[seat] ?? {}, write: (what) => kept.push(what) },
      tell: (data, to) => {
        told.push({ data, to })
        for (const [other, page] of pages) if (other !== seat && (!to || to === other) && !deaf.has(other)) page.captions.hear(seat, data)
      },
    })
    pages.set(seat, { captions, ears: own, told, kept })
  }
  for (const [seat, { captions }] of pages) {
    captions.sit(seats, seat, true)
    captions.speak(microphone(seat), 'en-US')
  }
  const at = (seat: string) => pages.get(seat)!
  return { clock, at, deaf, seats, view: (seat: string) => at(seat).captions.current() }
}
const texts = (room: ReturnType<typeof roomOf>, seat: string) => room.view(seat).lines.map((line) => `${line.seat}: ${line.text}${line.end ? '.' : ''}`)

describe('captions between pages', () => {
  it('say nothing and hear nothing as long as nobody asks', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready') }, { b: { answer: 'yes' } })
    await room.clock.pass(120_000)
    expect([room.at('a').told, room.at('b').told, room.at('b').ears.running]).toEqual([[], [], undefined])
  })

  it('come of who agreed, while somebody asks and the microphone is on', async () => {
    const room = roomOf({ a: new FakeEars('cannot'), b: new FakeEars('ready') })
    room.at('a').captions.want(true)
    await room.clock.pass(1_000)
    expect(room.view('b')).toMatchObject({ asked: ['a'], own: 'open', able: 'ready' })
    expect(room.at('b').ears.running).toBeUndefined()
    expect(room.view('a').given.get('b')).toBe('open')

    room.at('b').captions.answer('yes')
    await room.clock.pass(1_000)
    expect(room.view('a').given.get('b')).toBe('yes')
    room.at('b').ears.running!.heard('take two', false)
    await room.clock.pass(700)
    expect(texts(room, 'a')).toEqual(['b: take two'])
    room.at('b').ears.running!.heard('take two pills', true)
    room.at('b').ears.running!.heard('in the', false)
    await room.clock.pass(2_000)
    expect(texts(room, 'a')).toEqual(['b: take two pills.', 'b: in the'])

    // Muted, it ends as it stands; and nothing is listened to.
    room.at('b').captions.speak(undefined, 'en-US')
    await room.clock.pass(1_000)
    expect(texts(room, 'a').at(-1)).toBe('b: in the.')
    expect(room.at('b').ears.running).toBeUndefined()
    room.at('b').captions.speak(microphone('other'), 'en-US')
    expect(room.at('b').ears.running?.track.id).toBe('other')

    // Nobody wants it any more.
    room.at('a').captions.want(false)
    expect(room.view('a').lines).toEqual([])
    await room.clock.pass(1_000)
    expect([room.view('b').asked, room.at('b').ears.running]).toEqual([[], undefined])
  })

  it('tell who asked of everybody of whom there are none, and why', async () => {
    const room = roomOf({ a: new FakeEars('ready'), no: new FakeEars('ready'), cannot: new FakeEars('cannot'), waits: new FakeEars('ready') })
    room.at('a').captions.want(true)
    await room.clock.pass(1_000)
    room.at('no').captions.answer('no')
    await room.clock.pass(1_000)
    expect(Object.fromEntries(room.view('a').given)).toEqual({ no: 'no', cannot: 'cannot', waits: 'open' })
    expect([room.at('no').ears.running, room.at('cannot').ears.running]).toEqual([undefined, undefined])
  })

  it('go to nobody after the agreement is taken back', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready') })
    room.at('a').captions.want(true)
    await room.clock.pass(500)
    room.at('b').captions.answer('yes')
    const { heard } = room.at('b').ears.running!
    for (const text of ['one', 'two', 'three']) heard(text, true)
    room.at('b').captions.answer('no')
    await room.clock.pass(10_000)
    expect(texts(room, 'a')).toEqual(['b: one.'])
    expect(room.view('a').given.get('b')).toBe('no')
  })

  it('are sent to who asked only, as long as it is one', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready'), c: new FakeEars('ready') })
    room.at('a').captions.want(true)
    await room.clock.pass(500)
    room.at('b').captions.answer('yes')
    room.at('b').ears.running!.heard('one', true)
    expect(room.at('b').told.at(-1)?.to).toBe('a')
    room.at('c').captions.want(true)
    await room.clock.pass(1_000)
    room.at('b').ears.running!.heard('two', true)
    expect(room.at('b').told.at(-1)?.to).toBeUndefined()
    expect(texts(room, 'c')).toEqual(['b: two.'])
  })

  it('load what the browser needs only when their person says so', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('download') })
    room.at('a').captions.want(true)
    await room.clock.pass(500)
    expect(room.view('b')).toMatchObject({ own: 'open', able: 'download' })
    const loaded = room.at('b').captions.load()
    expect(room.view('b').own).toBe('loading')
    await loaded
    expect([room.view('b').own, Boolean(room.at('b').ears.running)]).toEqual(['yes', true])
    room.at('b').ears.running!.failed()
    await room.clock.pass(500)
    expect(room.view('a').given.get('b')).toBe('cannot')
  })

  it('find who was away when they were asked for, and forget who is gone without a word', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready') })
    room.deaf.add('b')
    room.at('a').captions.want(true)
    await room.clock.pass(5_000)
    expect(room.view('b').asked).toEqual([])
    room.deaf.delete('b')
    await room.clock.pass(20_000)
    expect(room.view('b').asked).toEqual(['a'])
    room.at('b').captions.answer('yes')
    room.deaf.add('b')
    await room.clock.pass(80_000)
    expect([room.view('b').asked, room.at('b').ears.running]).toEqual([[], undefined])
    room.deaf.delete('b')
    await room.clock.pass(20_000)
    room.at('b').captions.sit(room.seats.slice(1), 'b', true)
    expect(room.view('b').asked).toEqual([])
  })

  it('are remembered for the visit as to what was asked and answered, and not as to what was said', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready') }, { a: { wants: true }, b: { answer: 'yes' } })
    await room.clock.pass(1_000)
    expect([room.view('a').given.get('b'), Boolean(room.at('b').ears.running)]).toEqual(['yes', true])
    room.at('b').ears.running!.heard('a secret', true)
    room.at('b').captions.answer('no')
    expect(room.at('b').kept).toEqual([{ answer: 'no' }])
  })

  it('leave room for what else is told, however much is said', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready') })
    room.at('a').captions.want(true)
    await room.clock.pass(500)
    room.at('b').captions.answer('yes')
    const before = room.at('b').told.length
    for (let n = 0; n < 300; n += 1) {
      room.at('b').ears.running!.heard(`word ${n}`, n % 3 === 0)
      await room.clock.pass(200)
    }
    expect(room.at('b').told.length - before).toBeLessThanOrEqual(110)
    expect(room.view('a').lines.length).toBeLessThanOrEqual(30)
  })

  it('stand still after a silence, and are not what somebody else makes of them', async () => {
    const room = roomOf({ a: new FakeEars('ready'), b: new FakeEars('ready') })
    room.at('a').captions.want(true)
    await room.clock.pass(500)
    const { captions } = room.at('a')
    captions.hear('b', captionWord({ n: 1, text: 'done', end: true, lang: 'en-US' }))
    captions.hear('b', captionWord({ n: 1, text: 'late', end: false, lang: 'en-US' }))
    captions.hear('nobody', captionWord({ n: 1, text: 'from outside', end: true, lang: 'en-US' }))
    expect([texts(room, 'a'), room.view('a').quiet]).toEqual([['b: done.'], false])
    await room.clock.pass(9_000)
    expect([texts(room, 'a'), room.view('a').quiet]).toEqual([['b: done.'], true])
  })
})

describe('words of captions', () => {
  it('are read as far as they keep their form', () => {
    expect(readWord(stateWord({ wants: true, gives: 'no' }))).toEqual({ state: { wants: true, gives: 'no' } })
    for (const odd of ['', 'null', '[]', '{}', '7', '{"k":"captions","v":2,"wants":true,"gives":"yes"}', '{"k":"captions","v":1,"gives":"perhaps"}', '{"k":"caption","v":1,"n":"1","text":"x"}', '{"k":"caption","v":1,"n":1,"text":7}', '{"k":"keys","v":1}']) expect(readWord(odd), odd).toBeUndefined()
    const long = readWord(captionWord({ n: 1, text: 'x'.repeat(5_000), end: false, lang: '"><script>' }))
    expect(long).toEqual({ caption: { n: 1, text: 'x'.repeat(longest), end: false, lang: '' } })
    expect(readWord(captionWord({ n: 1, text: ' a\u202Eb\n\u0007c ', end: true, lang: 'es-US' }))).toEqual({ caption: { n: 1, text: 'a b c', end: true, lang: 'es-US' } })
  })
  it('are cut between words', () => {
    expect(tail('one two three', 9)).toBe('three')
    expect(tail('one', 9)).toBe('one')
    const text = Array.from({ length: 120 }, (_, n) => `word${n}`).join(' ')
    const all = pieces(text)
    expect(all.join(' ')).toBe(text)
    expect(Math.max(...all.map(({ length }) => length))).toBeLessThanOrEqual(longest)
    expect(pieces('x'.repeat(5_000)).every(({ length }) => length <= longest)).toBe(true)
    expect(pieces('  ')).toEqual([])
  })
})
