import { describe, expect, it } from 'vitest'
import { toText, type Bytes } from './bytes'
import { newSelf } from './keys'
import { Parley, type ParleyView } from './parley'

/** Timers that run when they are told to. */
function clock() {
  const waiting = new Map<number, { run: () => void; ms: number }>()
  let n = 0
  const ring = (within = Number.POSITIVE_INFINITY) => {
    const due = [...waiting].filter(([, { ms }]) => ms <= within)
    for (const [at] of due) waiting.delete(at)
    for (const [, { run }] of due) run()
    return due.length > 0
  }
  return {
    timers: { set: (run: () => void, ms: number) => { waiting.set((n += 1), { run, ms }); return n }, clear: (timer: unknown) => void waiting.delete(timer as number) },
    ring,
  }
}

interface Page { parley: Parley; view: ParleyView; sends: string; opens: Map<string, string[]>; ring(within?: number): boolean; said: string[]; close(): void }
type Carry = (from: string, to: string, data: string) => string | undefined

/** A room that carries words between seats; carry may lose or change them. */
function room(carry: Carry = (_from, _to, data) => data) {
  const pages = new Map<string, Page>()
  let moved = false
  const seats = () => [...pages.keys()]
  const tell = (from: string, data: string) => {
    for (const [to, page] of pages) {
      const now = to === from ? undefined : carry(from, to, data)
      if (now === undefined) continue
      moved = true
      page.parley.hear(from, now)
    }
  }
  const settle = async () => {
    do {
      moved = false
      for (let round = 0; round < 10; round += 1) await Promise.all([...pages.values()].map(({ parley }) => parley.idle()))
      for (const page of pages.values()) moved = page.ring(200) || moved
    } while (moved)
  }
  return {
    pages, settle,
    async enter(seat: string, visit = 'visit') {
      const { timers, ring } = clock()
      const opens = new Map<string, string[]>()
      const page = { view: { devices: 1, missing: 0 }, sends: '', opens, ring, said: [] } as unknown as Page
      page.parley = new Parley({
        visit, seat, self: await newSelf(), timers,
        say: (data) => { page.said.push(data); tell(seat, data) },
        sends: (secret: Bytes) => { page.sends = toText(secret) },
        opens: (of, secret) => void opens.set(of, [...(opens.get(of) ?? []), toText(secret)]),
        closes: (of) => void opens.delete(of),
        changed: (view) => { page.view = view },
      })
      pages.set(seat, page)
      for (const one of pages.values()) one.parley.sit(seats())
      await settle()
      return page
    },
    async leave(seat: string) {
      pages.get(seat)!.parley.close()
      pages.delete(seat)
      for (const one of pages.values()) one.parley.sit(seats())
      await settle()
    },
  }
}

const reads = (page: Page, seat: string, of: Page) => (page.opens.get(seat) ?? []).includes(of.sends)

describe('pages agree on keys', () => {
  it('of two, with one code', async () => {
    const { enter } = room()
    const [a, b] = [await enter('a'), await enter('b')]
    expect(a.view.code).toMatch(/^\d{3} \d{3} \d{3} \d{3}$/)
    expect(a.view).toEqual({ code: b.view.code, devices: 2, missing: 0 })
    expect(reads(a, 'b', b) && reads(b, 'a', a)).toBe(true)
    const sealed = await a.parley.sealWords('It hurts here')
    expect(sealed).not.toContain('hurts')
    expect(await b.parley.openWords('a', sealed)).toBe('It hurts here')
    expect(await b.parley.openWords('a', sealed.replace(/.$/, 'A') + 'A')).toBeUndefined()
  })

  it('of eight', async () => {
    const { enter, pages } = room()
    for (const seat of 'abcdefgh') await enter(seat)
    const all = [...pages]
    expect(new Set(all.map(([, { view }]) => view.code)).size).toBe(1)
    for (const [seat, page] of all) for (const [of, other] of all) if (of !== seat) expect(reads(page, of, other), `${seat} reads ${of}`).toBe(true)
    expect(Math.max(...all.flatMap(([, { said }]) => said.map((data) => data.length)))).toBeLessThan(8_192)
  }, 30_000)

  it('anew when somebody comes, and when somebody leaves', async () => {
    const { enter, leave, settle } = room()
    const [a, b] = [await enter('a'), await enter('b')]
    const two = { code: a.view.code, key: a.sends }
    const c = await enter('c')
    expect(c.view.code).toBe(a.view.code)
    expect(a.view.code).not.toBe(two.code)
    expect(a.sends).not.toBe(two.key)
    expect(c.opens.get('a')).not.toContain(two.key)
    expect(reads(c, 'a', a) && reads(b, 'a', a) && reads(a, 'c', c)).toBe(true)
    const three = a.sends
    await leave('c')
    await settle()
    expect(a.sends).not.toBe(three)
    expect(reads(b, 'a', a)).toBe(true)
    expect([a.view.code, b.view.code]).toEqual([two.code, two.code])
  })

  it('when the same person joins again with a page that knows nothing', async () => {
    const { enter, leave } = room()
    const [a, b] = [await enter('a'), await enter('b')]
    const before = { code: a.view.code, key: a.sends }
    b.parley.close()
    const again = await enter('b')
    expect(a.view).toEqual({ code: again.view.code, devices: 2, missing: 0 })
    expect(a.view.code).not.toBe(before.code)
    expect(a.sends).not.toBe(before.key)
    expect(reads(again, 'a', a) && reads(a, 'b', again)).toBe(true)
    await leave('b')
    expect(a.view.code).toBeUndefined()
  })

  it('though words are lost', async () => {
    let n = 0
    let dice = 7
    const { enter, pages, settle } = room((_from, _to, data) => {
      n += 1
      dice = (dice * 1_103_515_245 + 12_345) % 2_147_483_648
      return dice > 1_073_741_824 ? data : undefined
    })
    const [a, b, c] = [await enter('a'), await enter('b'), await enter('c')]
    for (let tries = 0; tries < 60 && !(a.view.code && a.view.code === b.view.code && b.view.code === c.view.code); tries += 1) {
      for (const page of pages.values()) page.ring()
      await settle()
    }
    expect(a.view.code).toBeDefined()
    expect([b.view.code, c.view.code]).toEqual([a.view.code, a.view.code])
    for (let tries = 0; tries < 20; tries += 1) {
      for (const page of pages.values()) page.ring()
      await settle()
    }
    expect(reads(a, 'c', c) && reads(c, 'a', a) && reads(b, 'c', c)).toBe(true)
    const quiet = n
    for (const page of pages.values()) page.ring()
    await settle()
    expect(n, 'who has everything says nothing more').toBe(quiet)
  })

  it('goes over to a new key though somebody does not answer', async () => {
    let away = false
    const { enter } = room((from, to, data) => (away && (from === 'b' || to === 'b') ? undefined : data))
    const a = await enter('a')
    await enter('b')
    away = true
    const before = a.sends
    const c = await enter('c')
    expect(a.sends).toBe(before)
    a.ring()
    await a.parley.idle()
    expect(a.sends).not.toBe(before)
    expect(reads(c, 'a', a)).toBe(true)
    expect(a.view.code, 'nobody can show what not all have promised').not.toBe(c.view.code ?? '')
  })

  it('takes no nonsense', async () => {
    const { enter } = room()
    const [a, b] = [await enter('a'), await enter('b')]
    const { code } = a.view
    const said = JSON.parse(b.said.at(-1)!) as Record<string, unknown>
    for (const data of ['', '{', 'null', '[]', '{"k":"keys","v":1}', JSON.stringify({ ...said, pub: 'AAAA' }), JSON.stringify({ ...said, inst: 'x', pub: '!' }), JSON.stringify({ ...said, keys: 5, got: { x: -1 } }), JSON.stringify({ ...said, promise: 'another' }), JSON.stringify({ ...said, chance: 'another' })]) {
      a.parley.hear('b', data)
      a.parley.hear('nobody', data)
    }
    await a.parley.idle()
    expect(a.view.code).toBe(code)
  })
})

describe('a room that lies', () => {
  /** Sits between a and b: to each it plays the other, with keys of its own. */
  async function between() {
    const [left, right] = [room(), room()]
    const [a, toA] = [await left.enter('a'), await left.enter('b')]
    const [b, toB] = [await right.enter('b'), await right.enter('a')]
    return { a, b, toA, toB }
  }

  it('that sits between two reads both, and the codes differ', async () => {
    const { a, b, toA, toB } = await between()
    expect(reads(toA, 'a', a) && reads(toB, 'b', b), 'it reads what they say').toBe(true)
    expect(a.view.code).toBeDefined()
    expect(b.view.code).toBeDefined()
    expect(a.view.code).not.toBe(b.view.code)
  })

  it('cannot pick its part when it has seen theirs', async () => {
    // It promises something, and waits for the other to show their part before it shows its own.
    let held: string | undefined
    const { enter, settle } = room((from, to, data) => {
      if (from !== 'b' || to !== 'a') return data
      const said = JSON.parse(data) as Record<string, unknown>
      held = JSON.stringify({ ...said, chance: undefined })
      return said.chance ? JSON.stringify({ ...said, chance: 'AAAAAAAAAAAAAAAAAAAAAA==' }) : data
    })
    const a = await enter('a')
    await enter('b')
    await settle()
    expect(held).toBeDefined()
    expect(a.view.code, 'what is shown is not what was promised').toBeUndefined()
  })

  it('learns nobody\'s part before all have promised', async () => {
    const { enter } = room((from, to, data) => (from === 'c' && to === 'a' ? JSON.stringify({ ...(JSON.parse(data) as object), promise: '' }) : data))
    const [a] = [await enter('a'), await enter('b'), await enter('c')]
    const circle = (JSON.parse(a!.said.at(-1)!) as { circle: string }).circle
    const shown = a!.said.map((data) => JSON.parse(data) as { circle: string; chance?: string }).filter((said) => said.circle === circle && said.chance)
    expect(shown).toEqual([])
    expect(a!.view.code).toBeUndefined()
  })

  it('that adds somebody for one of them only makes the codes differ', async () => {
    const left = room()
    const [a, b] = [await left.enter('a'), await left.enter('b')]
    // Only a is told of a third seat.
    const third = room()
    const ghost = await third.enter('c')
    a.parley.sit(['a', 'b', 'c'])
    ghost.parley.sit(['a', 'c'])
    await third.settle()
    await left.settle()
    a.parley.hear('c', ghost.said.at(-1)!)
    await left.settle()
    expect(a.view.code).not.toBe(b.view.code)
    expect(a.view.devices).toBe(3)
  })

  it('of another visit has other codes', async () => {
    const one = room()
    const a = await one.enter('a')
    const b = await one.enter('b', 'another visit')
    expect(a.view.code === undefined || a.view.code !== b.view.code).toBe(true)
    expect(reads(a, 'b', b)).toBe(false)
  })
})
