import { beforeEach, describe, expect, it } from 'vitest'
import { LivePoll, type Answer } from './poll'

let asked: Record<string, string>[]
let answers: Answer[]
let said: string[]
let timers: { run: () => void; ms: number }[]
let clock: number
let followed: { patients: string[]; topics: string[] }
let poll: LivePoll

beforeEach(() => {
  asked = []
  answers = []
  said = []
  timers = []
  clock = 1_000_000
  followed = { patients: ['a'], topics: ['day'] }
  poll = new LivePoll({
    ask: (charts) => {
      asked.push(charts)
      const answer = answers.shift()
      return answer ? Promise.resolve(answer) : Promise.reject(new Error('no line'))
    },
    followed: () => followed,
    etagOf: (patient) => (patient === 'a' ? '"1"' : undefined),
    onChart: (patient, etag) => said.push(`chart ${patient} ${etag}`),
    onGone: (patient) => said.push(`gone ${patient}`),
    onTopic: (topic) => said.push(`topic ${topic}`),
    onSignedOut: () => said.push('out'),
    onAnswer: (does) => said.push(does ? 'answers' : 'silent'),
    setTimer: (run, ms) => timers.push({ run, ms }),
    clearTimer: () => (timers = []),
    now: () => clock,
    random: () => 1,
  })
})

/** Lets the wait pass, and gives how long it was. */
async function turn(): Promise<number> {
  const { run, ms } = timers.shift()!
  clock += ms
  run()
  await new Promise((done) => setTimeout(done))
  return ms
}

describe('asking where sockets are blocked', () => {
  it('goes on from the last ETag, and from nothing for what the page has not read', async () => {
    followed.patients = ['a', 'b']
    answers = [{ status: 200, moved: { a: '"2"', b: '"7"' }, gone: [] }, { status: 200, moved: {}, gone: [] }]
    poll.start()
    await turn()
    await turn()
    expect(asked).toEqual([{ a: '"1"', b: '' }, { a: '"2"', b: '"7"' }])
    expect(said.filter((word) => word.startsWith('chart'))).toEqual(['chart a "2"', 'chart b "7"'])
  })
  it('says once that a chart is gone', async () => {
    answers = [1, 2].map(() => ({ status: 200, moved: {}, gone: ['a'] }))
    poll.start()
    await turn()
    await turn()
    expect(said.filter((word) => word === 'gone a')).toHaveLength(1)
  })
  it('asks more slowly while nothing moves, and soon again when something did', async () => {
    answers = [...Array.from({ length: 8 }, () => ({ status: 200, moved: {} })), { status: 200, moved: { a: '"2"' } }, { status: 200 }]
    poll.start()
    const waits = []
    for (let n = 0; n < 10; n += 1) waits.push(await turn())
    expect(waits[1]).toBeGreaterThan(waits[0]!)
    expect(Math.max(...waits)).toBe(15_000)
    expect(waits[9]).toBe(2_000)
  })
  it('backs off from a server that does not answer, up to a minute', async () => {
    poll.start()
    const waits = []
    for (let n = 0; n < 9; n += 1) waits.push(await turn())
    expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000])
    expect(Math.max(...waits)).toBe(60_000)
    expect(new Set(said)).toEqual(new Set(['silent']))
    answers = [{ status: 200 }]
    poll.hurry()
    await new Promise((done) => setTimeout(done))
    expect(said.at(-2)).toBe('answers')
  })
  it('reads again what has no cursor, now and then', async () => {
    answers = Array.from({ length: 9 }, () => ({ status: 200 }))
    poll.start()
    const from = clock
    for (let n = 0; n < 9; n += 1) await turn()
    const times = said.filter((word) => word === 'topic day').length
    expect(times).toBeGreaterThan(1)
    expect(times).toBeLessThanOrEqual(1 + (clock - from) / 30_000)
  })
  it('ends with the session, and when a socket opened', async () => {
    answers = [{ status: 401 }]
    poll.start()
    await turn()
    expect(said).toEqual(['out'])
    expect(timers).toHaveLength(0)
    answers = [{ status: 200, moved: { a: '"9"' } }]
    poll.start()
    timers.shift()!.run()
    poll.stop()
    await new Promise((done) => setTimeout(done))
    expect(said).toEqual(['out'])
  })
})
