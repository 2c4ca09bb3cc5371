import type { QueryClient } from '@tanstack/react-query'
import { chartEtag } from '../api/client'
import { accessQuery, chartKey, meQuery } from '../api/queries'
import { askServer, LivePoll } from './poll'
import { LiveSocket, type LiveState, type SocketLike } from './socket'

export interface LiveEvents {
  onSignedOut(): void
}

/** Joins the socket to the query cache: a hint makes that chart's answers stale, and what is on screen is read again. */
export class LiveHub {
  private readonly socket: LiveSocket
  private readonly poll: LivePoll
  /** The server answers what is asked while there is no socket. */
  private answers = false
  private readonly listeners = new Set<() => void>()
  private state: LiveState = 'idle'
  private updates = 0
  private readonly goneCharts = new Set<string>()
  private readonly followers = new Map<string, Set<() => void>>()

  constructor(queries: QueryClient, events: LiveEvents) {
    const told = {
      etagOf: chartEtag,
      onChart: (patient: string, etag: string | undefined) => {
        if (etag && etag === chartEtag(patient)) return
        this.updates += 1
        void queries.invalidateQueries({ queryKey: chartKey(patient) })
        void queries.invalidateQueries({ queryKey: accessQuery(patient).queryKey })
        void queries.invalidateQueries({ queryKey: meQuery.queryKey })
        this.changed()
      },
      onGone: (patient: string) => {
        this.goneCharts.add(patient)
        // Forgets what was read, and lets an open page ask again, so that it hears that there is nothing.
        void queries.resetQueries({ queryKey: chartKey(patient) })
        void queries.invalidateQueries({ queryKey: meQuery.queryKey })
        this.changed()
      },
      onTopic: (topic: string) => this.followers.get(topic)?.forEach((moved) => moved()),
      onSignedOut: events.onSignedOut,
      setTimer: (run: () => void, ms: number) => window.setTimeout(run, ms),
      clearTimer: (timer: unknown) => window.clearTimeout(timer as number | undefined),
      random: Math.random,
    }
    this.socket = new LiveSocket({
      ...told,
      open: () => new WebSocket(liveUrl()) as unknown as SocketLike,
      onSessionEnding: () => void queries.invalidateQueries({ queryKey: meQuery.queryKey }),
      onState: (state) => {
        this.state = state
        if (state === 'lost') this.poll.start()
        else if (state !== 'connecting') this.stopAsking()
        this.changed()
      },
    })
    this.poll = new LivePoll({
      ...told,
      ask: askServer,
      followed: () => this.socket.followed(),
      onAnswer: (answers) => {
        this.answers = answers
        this.changed()
      },
      now: Date.now,
    })
    const hurry = () => {
      this.socket.hurry()
      this.poll.hurry()
    }
    window.addEventListener('online', hurry)
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') hurry()
    })
  }

  watch(patient: string): () => void {
    this.goneCharts.delete(patient)
    const unwatch = this.socket.watch(patient)
    this.socket.start()
    return unwatch
  }
  /** Calls `moved` when something of a topic may have changed: what it is, is asked over the API. */
  follow(topic: string, moved: () => void): () => void {
    const all = this.followers.get(topic) ?? new Set()
    this.followers.set(topic, all.add(moved))
    const unwatch = this.socket.watchTopic(topic)
    this.socket.start()
    return () => {
      all.delete(moved)
      unwatch()
    }
  }
  stop(): void {
    this.socket.stop()
    this.stopAsking()
  }
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  current = (): LiveState => (this.answers ? 'asked' : this.state)
  /** Counts hints, so that a page can say that it was just updated. */
  updateCount = (): number => this.updates
  isGone = (patient: string): boolean => this.goneCharts.has(patient)

  private stopAsking(): void {
    this.answers = false
    this.poll.stop()
  }
  private changed(): void {
    this.listeners.forEach((listener) => listener())
  }
}

function liveUrl(): string {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${window.location.host}/live`
}
