import { beforeEach, describe, expect, it } from 'vitest'
import { LiveSocket, type LiveState, type SocketLike } from './socket'

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  readonly sent: unknown[] = []
  closed = false
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  close() {
    this.closed = true
  }
}

let sockets: FakeSocket[]
let timers: Map<number, { run: () => void; ms: number }>
let said: string[]
let states: LiveState[]
let etags: Record<string, string>
let live: LiveSocket
let nextTimer = 1

beforeEach(() => {
  sockets = []
  timers = new Map()
  said = []
  states = []
  etags = {}
  live = new LiveSocket({
    open: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
    etagOf: (patient) => etags[patient],
    onChart: (patient, etag) => said.push(`chart ${patient} ${etag ?? ''}`),
    onGone: (patient) => said.push(`gone ${patient}`),
    onTopic: (topic) => said.push(`topic ${topic}`),
    onSessionEnding: () => said.push('ending'),
    onSignedOut: () => said.push('out'),
    onState: (state) => states.push(state),
    setTimer: (run, ms) => {
      timers.set(nextTimer, { run, ms })
      return nextTimer++
    },
    clearTimer: (timer) => void timers.delete(timer as number),
    random: () => 1,
  })
})

const last = () => sockets.at(-1)!
/** The line is there, and the server says so. */
function opened() {
  last().onopen?.()
  last().onmessage?.({ data: '{"hello":true}' })
}
function fire(ms: number) {
  const found = [...timers].find(([, timer]) => timer.ms === ms)
  if (!found) throw new Error(`no timer of ${ms} among ${[...timers.values()].map((timer) => timer.ms).join(', ')}`)
  timers.delete(found[0])
  found[1].run()
}

describe('following charts', () => {
  it('tells the server what is watched, with what is known of it', () => {
    etags.a = '"1"'
    live.watch('a')
    live.start()
    opened()
    expect(last().sent).toEqual([{ watch: ['a'], etags: { a: '"1"' }, topics: [] }])
    const stop = live.watch('b')
    expect(last().sent.at(-1)).toEqual({ watch: ['a', 'b'], etags: { a: '"1"' }, topics: [] })
    stop()
    expect(last().sent.at(-1)).toEqual({ watch: ['a'], etags: { a: '"1"' }, topics: [] })
  })
  it('watches a chart once for two pages', () => {
    const first = live.watch('a')
    live.watch('a')
    live.start()
    opened()
    first()
    expect(last().sent.at(-1)).toEqual({ watch: ['a'], etags: {}, topics: [] })
  })
  it('passes hints on and survives nonsense', () => {
    live.watch('a')
    live.start()
    opened()
    for (const data of ['{"hello":true}', '{"chart":"a","etag":"x"}', '{"gone":"b"}', '{"session":"ending","at":1}', '{', 7, '{"t":"ping"}']) last().onmessage?.({ data })
    expect(said).toEqual(['chart a x', 'gone b', 'ending'])
  })
})

describe('following what is no chart', () => {
  it('tells the topics, and asks again after the line was down', () => {
    live.start()
    const stop = live.watchTopic('day')
    opened()
    expect(last().sent).toEqual([{ watch: [], etags: {}, topics: ['day'] }])
    last().onmessage?.({ data: '{"topic":"day"}' })
    last().onclose?.()
    fire(500)
    opened()
    expect(said).toEqual(['topic day', 'topic day', 'topic day'])
    stop()
    expect(last().sent.at(-1)).toEqual({ watch: [], etags: {}, topics: [] })
  })
})

it('says that somebody is writing when the server does, and at no other time', () => {
  live.watchTopic('typing/a/b')
  live.watchTopic('day')
  live.start()
  opened()
  expect(last().sent).toEqual([{ watch: [], etags: {}, topics: ['typing/a/b', 'day'] }])
  for (const topic of ['typing/a/b', 'day']) last().onmessage?.({ data: JSON.stringify({ topic, gone: true }) })
  expect(said).toEqual(['topic day', 'topic day'])
  last().onmessage?.({ data: '{"topic":"typing/a/b"}' })
  expect(said.at(-1)).toBe('topic typing/a/b')
})

describe('a lost line', () => {
  it('is tried again with longer waits, and catches up', () => {
    live.watch('a')
    live.start()
    opened()
    last().onclose?.()
    expect(states.at(-1)).toBe('lost')
    fire(500)
    last().onclose?.()
    fire(1000)
    expect(sockets).toHaveLength(3)
    etags.a = '"2"'
    opened()
    expect(last().sent).toEqual([{ watch: ['a'], etags: { a: '"2"' }, topics: [] }])
    last().onclose?.()
    fire(500)
    expect(states.filter((state) => state === 'open')).toHaveLength(2)
  })
  it('never waits longer than half a minute, also for a line that opens and is cut', () => {
    live.watch('a')
    live.start()
    for (let tries = 0; tries < 12; tries += 1) {
      last().onopen?.()
      last().onclose?.()
      const waits = [...timers.values()].map((timer) => timer.ms).filter((ms) => ms !== 55_000)
      expect(Math.max(...waits)).toBeLessThanOrEqual(30_000)
      fire(Math.max(...waits))
    }
  })
  it('is noticed by silence', () => {
    live.watch('a')
    live.start()
    opened()
    fire(55_000)
    expect(sockets[0]?.closed).toBe(true)
    expect(states.at(-1)).toBe('lost')
  })
  it('is not waited for when the device is back', () => {
    live.watch('a')
    live.start()
    last().onclose?.()
    live.hurry()
    expect(sockets).toHaveLength(2)
    live.hurry()
    expect(sockets).toHaveLength(2)
  })
})

it('is neither opened nor missed while nothing is followed', () => {
  live.start()
  expect(sockets).toHaveLength(0)
  const stop = live.watch('a')
  opened()
  stop()
  last().onclose?.()
  expect(states.at(-1)).toBe('idle')
  expect([...timers.values()]).toHaveLength(0)
  live.watch('b')
  expect(sockets).toHaveLength(2)
})

it('ends for good at sign-out', () => {
  live.watch('a')
  live.start()
  opened()
  last().onmessage?.({ data: '{"bye":"signed_out"}' })
  expect(said).toEqual(['out'])
  expect(sockets[0]?.closed).toBe(true)
  live.hurry()
  live.watch('b')
  live.start()
  expect(sockets).toHaveLength(1)
  expect(timers.size).toBe(0)
})
