import { readFrame, type FromServer, type ToServer } from './protocol'
import type { Timers } from './timers'

export interface LineSocket {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
  send(text: string): void
  close(): void
}

const pingMs = 8_000
// Two pings without an answer: the line is dead, whatever TCP says.
const silenceMs = 18_000

export interface LineEvents {
  onOpen(): void
  onFrame(frame: FromServer): void
  onDown(): void
}

/** One signalling socket, from opening to its end. After its end it says nothing more. */
export class Line {
  private socket: LineSocket | undefined
  private open = false
  private ping: unknown
  private silence: unknown
  private readonly timers: Timers
  private readonly events: LineEvents

  constructor(dial: () => LineSocket, timers: Timers, events: LineEvents) {
    this.timers = timers
    this.events = events
    const socket = dial()
    this.socket = socket
    socket.onopen = () => {
      this.open = true
      this.heard()
      this.keep()
      events.onOpen()
    }
    socket.onmessage = ({ data }) => {
      this.heard()
      const frame = readFrame(data)
      if (frame) events.onFrame(frame)
    }
    socket.onclose = () => this.fall()
    this.heard()
  }

  send(frame: ToServer): boolean {
    if (!this.open || !this.socket) return false
    this.socket.send(JSON.stringify(frame))
    return true
  }

  close(): void {
    const socket = this.socket
    this.socket = undefined
    this.open = false
    this.timers.clear(this.ping)
    this.timers.clear(this.silence)
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private fall(): void {
    if (!this.socket) return
    this.close()
    this.events.onDown()
  }
  private keep(): void {
    this.ping = this.timers.set(() => {
      this.send({ t: 'ping' })
      this.keep()
    }, pingMs)
  }
  private heard(): void {
    this.timers.clear(this.silence)
    this.silence = this.timers.set(() => this.fall(), silenceMs)
  }
}
