import type { NoteBody } from '../visits/types'

export const emptyBody: NoteBody = { subjective: '', objective: '', assessment: '', plan: '', summary: '', instructions: [], callIf: '', followUp: '' }

/** A note without anything found or decided, to lay an older version over. */
const blank: NoteBody = { ...emptyBody, vitals: undefined, problems: undefined, medicines: undefined, stops: undefined, orders: undefined, next: undefined, copied: undefined }

export const sameBody = (a: NoteBody, b: NoteBody): boolean => JSON.stringify(normal(a)) === JSON.stringify(normal(b))
const normal = (body: NoteBody) => Object.entries({ ...emptyBody, ...body }).filter(([, value]) => value !== undefined).sort(([a], [b]) => a.localeCompare(b))

/** What must stand in a note before it can be signed. */
export const missing = (body: NoteBody): ('assessment' | 'plan' | 'summary')[] =>
  (['assessment', 'plan', 'summary'] as const).filter((part) => body[part].trim() === '')

/** The server answers with a newer version when somebody else wrote; what is typed here stays until one chooses. */
export type SaveState = 'saved' | 'typing' | 'saving' | 'failed' | 'conflict'

export interface SaverDeps {
  save(version: number, body: NoteBody, apart: boolean): Promise<{ version: number }>
  isConflict(error: unknown): boolean
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
  changed(): void
}

const idleMs = 1_000
const againMs = 5_000

/** Saves a while after the last key, one save at a time; what fails is tried again. */
export class NoteSaver {
  state: SaveState = 'saved'
  version: number
  body: NoteBody
  private saved: NoteBody
  private timer: unknown
  private running: Promise<void> | undefined
  private apart = false
  private readonly deps: SaverDeps

  constructor(deps: SaverDeps, version: number, body: NoteBody) {
    this.deps = deps
    this.version = version
    this.body = body
    this.saved = body
  }

  write(change: Partial<NoteBody>): void {
    this.body = { ...this.body, ...change }
    if (this.state !== 'conflict') {
      this.become('typing')
      this.plan(idleMs)
    } else {
      this.deps.changed()
    }
  }

  /** An older version takes the place of what is here, which stays a version of its own. */
  async bringBack(older: NoteBody): Promise<void> {
    await this.flush()
    this.apart = true
    this.write({ ...blank, ...older })
  }

  /** Everything that was typed is with the server, or this throws. */
  async flush(): Promise<number> {
    this.deps.clear(this.timer)
    await this.running
    if (this.state === 'conflict') throw new Error('a choice is open')
    if (!sameBody(this.body, this.saved)) {
      await this.save()
      if (!sameBody(this.body, this.saved)) throw new Error('not saved')
    }
    return this.version
  }

  /** What the server has. What is typed and not saved yet wins until it turns out to clash. */
  learn(version: number, body: NoteBody): void {
    if (this.state !== 'saved') return
    this.version = version
    this.body = this.saved = body
    this.deps.changed()
  }
  keepMine(version: number): void {
    this.version = version
    this.become('typing')
    this.plan(0)
  }
  takeTheirs(version: number, body: NoteBody): void {
    this.version = version
    this.body = this.saved = body
    this.become('saved')
  }
  stop(): void {
    this.deps.clear(this.timer)
  }

  private plan(ms: number): void {
    this.deps.clear(this.timer)
    this.timer = this.deps.set(() => void this.save(), ms)
  }

  private save(): Promise<void> {
    this.running ??= this.once().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async once(): Promise<void> {
    const body = this.body
    this.become('saving')
    try {
      const { version } = await this.deps.save(this.version, body, this.apart)
      this.version = version
      this.saved = body
      this.apart = false
      if (this.body === body) this.become('saved')
      else {
        this.become('typing')
        this.plan(idleMs)
      }
    } catch (error) {
      if (this.deps.isConflict(error)) {
        this.become('conflict')
        return
      }
      this.become('failed')
      this.plan(againMs)
    }
  }

  private become(state: SaveState): void {
    this.state = state
    this.deps.changed()
  }
}
