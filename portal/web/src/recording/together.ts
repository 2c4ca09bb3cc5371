import type { Track } from './calls'

/** What of an audio or video element playing together needs. */
export interface Playing { currentTime: number; paused: boolean; readyState: number; play(): Promise<void>; pause(): void }

export interface Times { now(): number }

const apart = 0.25
const enough = 2 // the frame at this place is there

export const lengthOf = (files: Track[]): number => Math.max(0, ...files.map(({ startMs, lengthMs }) => startMs + lengthMs)) / 1000

/**
 * Plays files that began at different times as one: there is one clock, and each file is held to it.
 * When one has to load, all wait for it.
 */
export class Together {
  private at = 0
  private since: number | undefined
  private waits = false
  private readonly files: Track[]
  private readonly elements = new Map<string, Playing>()
  private readonly times: Times
  readonly length: number

  constructor(files: Track[], times: Times) {
    this.files = files
    this.times = times
    this.length = lengthOf(files)
  }

  add(binary: string, element: Playing | null): void {
    if (element) this.elements.set(binary, element)
    else this.elements.delete(binary)
  }

  get playing(): boolean {
    return this.since !== undefined
  }

  get position(): number {
    const gone = this.since === undefined || this.waits ? 0 : (this.times.now() - this.since) / 1000
    return Math.min(this.at + gone, this.length)
  }

  play(): void {
    if (this.position >= this.length) this.at = 0
    this.since = this.times.now()
    this.tick()
  }

  pause(): void {
    this.hold()
    for (const element of this.elements.values()) element.pause()
  }

  seek(to: number): void {
    this.at = Math.min(Math.max(0, to), this.length)
    if (this.since !== undefined) this.since = this.times.now()
    for (const [file, element] of this.each()) element.currentTime = this.within(file)
    this.tick()
  }

  /** Holds every file to the clock; call it a few times a second. Tells whether it goes on. */
  tick(): boolean {
    if (this.since === undefined) return false
    if (this.position >= this.length) {
      this.pause()
      return false
    }
    const now = this.position
    const active: Playing[] = []
    for (const [file, element] of this.each()) {
      const place = now - file.startMs / 1000
      if (place < 0 || place >= file.lengthMs / 1000) {
        if (!element.paused) element.pause()
        continue
      }
      if (Math.abs(element.currentTime - place) > apart) element.currentTime = place
      active.push(element)
    }
    // The clock stands until all have something to show.
    const waits = active.some(({ readyState }) => readyState < enough)
    if (waits !== this.waits) {
      this.at = now
      this.since = this.times.now()
      this.waits = waits
    }
    for (const element of active) {
      if (waits) element.pause()
      else if (element.paused) void element.play().catch(() => undefined)
    }
    return true
  }

  private hold(): void {
    this.at = this.position
    this.since = undefined
    this.waits = false
  }

  private within({ startMs, lengthMs }: Track): number {
    return Math.min(Math.max(0, this.at - startMs / 1000), lengthMs / 1000)
  }

  private *each(): Generator<[Track, Playing]> {
    for (const file of this.files) {
      const element = this.elements.get(file.binary)
      if (element) yield [file, element]
    }
  }
}
