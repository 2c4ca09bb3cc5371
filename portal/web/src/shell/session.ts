import type { Me, SessionLife } from '../api/types'

export type SessionPhase = 'fine' | 'warn' | 'over'

/** When the server will end the session, and when to say so. Time comes from outside. */
export class SessionWatch {
  private idleSeconds = 1800
  private warnSeconds = 120
  private idleEnd = Number.POSITIVE_INFINITY
  private end = Number.POSITIVE_INFINITY

  /** What the server said last; a restart of the page or another tab may have moved it. */
  learn(session: Omit<Me['session'], 'keepKey'>): void {
    this.idleSeconds = session.idleSeconds
    this.warnSeconds = session.warnSeconds
    this.extend(session)
  }
  extend(life: SessionLife): void {
    this.idleEnd = Date.parse(life.idleExpiresAt)
    this.end = Date.parse(life.expiresAt)
  }
  /** A request that carried the person's activity went out: the server counts from there. */
  used(at: number): void {
    if (this.idleEnd !== Number.POSITIVE_INFINITY) this.idleEnd = Math.max(this.idleEnd, at + this.idleSeconds * 1000)
  }

  secondsLeft(now: number): number {
    return Math.ceil((Math.min(this.idleEnd, this.end) - now) / 1000)
  }
  phase(now: number): SessionPhase {
    const left = this.secondsLeft(now)
    return left <= 0 ? 'over' : left <= this.warnSeconds ? 'warn' : 'fine'
  }
  /** Nothing extends a session past its last moment. */
  canExtend(now: number): boolean {
    return this.end - now > this.warnSeconds * 1000
  }
}
