// Some networks let no WebSocket through. Then the server is asked from time to time, with the ETags that the
// socket would have told it, until a socket opens.
import { apiLanguage, csrfToken } from '../api/client'

export interface PollDeps {
  /** Asks the server which of these charts moved. */
  ask(charts: Record<string, string>): Promise<Answer>
  /** What pages follow now. */
  followed(): { patients: string[]; topics: string[] }
  etagOf(patient: string): string | undefined
  onChart(patient: string, etag: string): void
  onGone(patient: string): void
  onTopic(topic: string): void
  onSignedOut(): void
  /** Whether the server answers. */
  onAnswer(answers: boolean): void
  setTimer(run: () => void, ms: number): unknown
  clearTimer(timer: unknown): void
  now(): number
  random(): number
}

export interface Answer { status: number; moved?: Record<string, string>; gone?: string[] }

const mostCharts = 50
const soonMs = 2_000
const quietMs = 15_000
const failedMs = 60_000
/** Topics have no cursor, and what hangs on them is read again as a whole. */
const topicsMs = 30_000

export class LivePoll {
  private readonly deps: PollDeps
  private readonly known = new Map<string, string>()
  private running = false
  private turn = 0
  private wait = soonMs
  private topicsAt = 0
  private timer: unknown

  constructor(deps: PollDeps) {
    this.deps = deps
  }

  /** The socket is down: after a moment, in which it may come back, the server is asked. */
  start(): void {
    if (this.running) return
    this.running = true
    this.wait = soonMs
    this.topicsAt = 0
    this.next()
  }
  stop(): void {
    this.running = false
    this.turn += 1
    this.deps.clearTimer(this.timer)
    this.known.clear()
  }
  /** Somebody looks again, or the device has a line again. */
  hurry(): void {
    if (!this.running) return
    this.wait = soonMs
    this.deps.clearTimer(this.timer)
    void this.ask()
  }

  private next(): void {
    // Half of the wait is chance, so that those whom one network blocks do not ask in step.
    this.timer = this.deps.setTimer(() => void this.ask(), this.wait / 2 + (this.wait / 2) * this.deps.random())
  }

  private async ask(): Promise<void> {
    const turn = (this.turn += 1)
    const { patients } = this.deps.followed()
    const charts = Object.fromEntries(patients.slice(0, mostCharts).map((patient) => [patient, this.known.get(patient) ?? this.deps.etagOf(patient) ?? '']))
    const answer = await this.deps.ask(charts).catch((): Answer => ({ status: 0 }))
    if (turn !== this.turn) return
    if (answer.status === 401) {
      this.stop()
      this.deps.onSignedOut()
      return
    }
    const answers = answer.status === 200
    this.deps.onAnswer(answers)
    if (answers) this.take(answer)
    else this.wait = Math.min(failedMs, this.wait * 2)
    this.next()
  }

  private take({ moved = {}, gone = [] }: Answer): void {
    const news = Object.entries(moved)
    this.wait = news.length + gone.length > 0 ? soonMs : Math.min(quietMs, this.wait * 1.5)
    for (const [patient, etag] of news) {
      this.known.set(patient, etag)
      this.deps.onChart(patient, etag)
    }
    for (const patient of gone) {
      if (this.known.get(patient) === 'gone') continue
      this.known.set(patient, 'gone')
      this.deps.onGone(patient)
    }
    if (this.deps.now() - this.topicsAt < topicsMs) return
    this.topicsAt = this.deps.now()
    for (const topic of this.deps.followed().topics) this.deps.onTopic(topic)
  }
}

/** What a page does by itself keeps no session open: it does not say that a person did something. */
export const quietly = (path: string, body: unknown, keepalive = false): Promise<Response> =>
  fetch(`/api/v1${path}`, {
    method: 'POST', credentials: 'same-origin', cache: 'no-store', keepalive, body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken(), 'Accept-Language': apiLanguage() },
  })

export async function askServer(charts: Record<string, string>): Promise<Answer> {
  const response = await quietly('/live', { charts })
  return { ...(response.ok ? ((await response.json()) as Omit<Answer, 'status'>) : {}), status: response.status }
}
