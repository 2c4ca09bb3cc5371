// Whether the person did something. Only that keeps a session open: polling and sockets do not.
const recentMs = 30_000

export class Activity {
  private readonly now: () => number
  private lastInput = 0
  private lastTold = 0

  constructor(now: () => number = Date.now) {
    this.now = now
  }

  /** A key, a tap, a scroll. */
  seen(): void {
    this.lastInput = this.now()
  }
  /** True when there was input that no request told the server of yet. */
  recent(): boolean {
    return this.lastInput > this.lastTold && this.now() - this.lastInput < recentMs
  }
  told(): void {
    this.lastTold = this.now()
  }
  lastToldAt(): number {
    return this.lastTold
  }
}

export const activity = new Activity()

export function watchActivity(target: Window): () => void {
  const seen = () => activity.seen()
  const events = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const
  events.forEach((name) => target.addEventListener(name, seen, { passive: true, capture: true }))
  return () => events.forEach((name) => target.removeEventListener(name, seen, { capture: true }))
}
