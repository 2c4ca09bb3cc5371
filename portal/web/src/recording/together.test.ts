import { expect, test } from 'vitest'
import type { Track } from './calls'
import { Together, type Playing } from './together'

const track = (binary: string, startMs: number, lengthMs: number): Track => ({ binary, startMs, lengthMs, name: '', role: '', kind: 'audio', contentType: 'audio/webm', bytes: 1 })

class Element implements Playing {
  currentTime = 0
  paused = true
  readyState = 4
  play() {
    this.paused = false
    return Promise.resolve()
  }
  pause() {
    this.paused = true
  }
}

function two() {
  const clock = { ms: 0, now: () => clock.ms }
  const all = new Together([track('a', 0, 10_000), track('b', 4_000, 10_000)], clock)
  const a = new Element()
  const b = new Element()
  all.add('a', a)
  all.add('b', b)
  return { clock, all, a, b }
}

test('each file begins at its time, and ends at its own', () => {
  const { clock, all, a, b } = two()
  expect(all.length).toBe(14)
  all.play()
  expect([a.paused, b.paused]).toEqual([false, true])
  clock.ms = 5_000
  a.currentTime = 5
  all.tick()
  expect(b.paused).toBe(false)
  expect(b.currentTime).toBeCloseTo(1)
  clock.ms = 11_000
  all.tick()
  expect([a.paused, b.paused]).toEqual([true, false])
  clock.ms = 14_001
  expect(all.tick()).toBe(false)
  expect([a.paused, b.paused, all.playing]).toEqual([true, true, false])
})

test('who runs away is brought back, and all wait for who has to load', () => {
  const { clock, all, a } = two()
  all.play()
  clock.ms = 2_000
  a.currentTime = 3
  all.tick()
  expect(a.currentTime).toBeCloseTo(2)
  a.readyState = 1
  for (clock.ms = 2_250; clock.ms <= 6_000; clock.ms += 250) all.tick()
  expect(all.position).toBeLessThan(2.6)
})

test('going to a place sets all files, while it stands and while it plays', () => {
  const { all, a, b } = two()
  all.seek(6)
  expect([a.currentTime, b.currentTime, all.playing, a.paused]).toEqual([6, 2, false, true])
  all.play()
  all.seek(100)
  expect(all.position).toBe(14)
  expect(all.playing).toBe(false)
})
