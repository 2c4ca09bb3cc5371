// The one WebSocket of a client: hints that something moved, never what moved. What a hint is about
// is read again over the JSON API, where each read is decided anew.

/** Idle: nothing is followed, so there is nothing to be lost. Asked: the socket is blocked, and the server is asked instead. */
export type LiveState = 'idle' | 'connecting' | 'open' | 'lost' | 'asked'

export interface SocketLike {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
  send(text: string): void
  close(): void
}

export interface LiveDeps {
  open(): SocketLike
  /** The ETag that this client holds of a chart, so that the server can tell what it missed. */
  etagOf(patient: string): string | undefined
  onChart(patient: string, etag: string | undefined): void
  onGone(patient: string): void
  /** Something of a topic moved, or may have moved while the line was down. */
  onTopic(topic: string): void
  onSessionEnding(): void
  onSignedOut(): void
  onState(state: LiveState): void
  setTimer(run: () => void, ms: number): unknown
  clearTimer(timer: unknown): void
  random(): number
}

const passing = (topic: string): boolean => topic.startsWith('typing/')
const firstWaitMs = 500
const longestWaitMs = 30_000
// The server pings every 25 s; silence for two of those means that the line is dead, whatever TCP says.
const silenceMs = 55_000

export class LiveSocket {
  private readonly deps: LiveDeps
  private readonly watched = new Map<string, number>()
  private readonly topics = new Map<string, number>()
  private socket: SocketLike | undefined
  private ready = false
  /** The server has said something: only that tells that the line is one. Some networks let a socket open and cut it. */
  private spoke = false
  private stopped = true
  private over = false
  private tries = 0
  private retry: unknown
  private silence: unknown

  constructor(deps: LiveDeps) {
    this.deps = deps
  }

  start(): void {
    if (!this.stopped || this.over) return
    this.stopped = false
    if (this.wanted()) this.connect()
  }

  /** Ends the connection for good, at sign-out: what the page still follows opens none as nobody. */
  stop(): void {
    this.stopped = true
    this.over = true
    this.deps.clearTimer(this.retry)
    this.deps.clearTimer(this.silence)
    this.drop()
  }

  /** Tries at once instead of waiting, when the device says that it is online again. */
  hurry(): void {
    if (this.stopped || this.socket || !this.wanted()) return
    this.deps.clearTimer(this.retry)
    this.tries = 0
    this.connect()
  }

  /** Follows a chart until the returned function is called. */
  watch(patient: string): () => void {
    return this.follow(this.watched, patient)
  }
  /** Follows what is no chart: an inbox, the day, a visit. */
  watchTopic(topic: string): () => void {
    return this.follow(this.topics, topic)
  }

  private follow(list: Map<string, number>, name: string): () => void {
    list.set(name, (list.get(name) ?? 0) + 1)
    if (list.get(name) === 1) {
      if (this.socket) this.tell()
      else this.hurry()
    }
    return () => {
      const left = (list.get(name) ?? 1) - 1
      if (left > 0) list.set(name, left)
      else {
        list.delete(name)
        this.tell()
      }
    }
  }
  /** What is followed; of topics that tell of a moment only, nothing was missed. */
  followed(): { patients: string[]; topics: string[] } {
    return { patients: [...this.watched.keys()], topics: [...this.topics.keys()].filter((topic) => !passing(topic)) }
  }
  private wanted(): boolean {
    return this.watched.size + this.topics.size > 0
  }

  private connect(): void {
    this.deps.onState('connecting')
    let socket: SocketLike
    try {
      socket = this.deps.open()
    } catch {
      this.again()
      return
    }
    this.socket = socket
    socket.onopen = () => {
      this.ready = true
      this.heard()
      this.tell()
    }
    socket.onmessage = (event) => this.read(event.data)
    socket.onclose = () => {
      if (this.socket !== socket) return
      this.drop()
      this.again()
    }
    this.heard()
  }

  private drop(): void {
    const socket = this.socket
    this.socket = undefined
    this.ready = this.spoke = false
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private again(): void {
    this.deps.clearTimer(this.silence)
    if (this.stopped) return
    if (!this.wanted()) {
      this.deps.onState('idle')
      return
    }
    this.deps.onState('lost')
    // Half of the wait is chance, so that a restarted server is not met by everybody at once.
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** this.tries)
    this.tries += 1
    this.retry = this.deps.setTimer(() => this.connect(), wait / 2 + (wait / 2) * this.deps.random())
  }

  private heard(): void {
    this.deps.clearTimer(this.silence)
    this.silence = this.deps.setTimer(() => {
      this.drop()
      this.again()
    }, silenceMs)
  }

  private tell(): void {
    if (!this.ready || !this.socket) return
    const patients = [...this.watched.keys()]
    const etags: Record<string, string> = {}
    for (const patient of patients) {
      const etag = this.deps.etagOf(patient)
      if (etag) etags[patient] = etag
    }
    this.socket.send(JSON.stringify({ watch: patients, etags, topics: [...this.topics.keys()] }))
  }

  private read(data: unknown): void {
    this.heard()
    if (!this.spoke) {
      this.spoke = true
      this.tries = 0
      this.deps.onState('open')
      for (const topic of this.followed().topics) this.deps.onTopic(topic)
    }
    if (typeof data !== 'string') return
    let message: Record<string, unknown>
    try {
      message = JSON.parse(data) as Record<string, unknown>
    } catch {
      return
    }
    if (typeof message.chart === 'string') {
      this.deps.onChart(message.chart, typeof message.etag === 'string' ? message.etag : undefined)
    } else if (typeof message.gone === 'string') {
      this.deps.onGone(message.gone)
    } else if (typeof message.topic === 'string') {
      // Of what tells of a moment only, that it may not be followed is nothing that happened.
      if (message.gone !== true || !passing(message.topic)) this.deps.onTopic(message.topic)
    } else if (message.session === 'ending') {
      this.deps.onSessionEnding()
    } else if (message.bye === 'signed_out') {
      this.stop()
      this.deps.onSignedOut()
    }
  }
}
