/** Time comes from outside, so that tests need not wait. */
export interface Timers {
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
}

export const pageTimers: Timers = {
  set: (run, ms) => globalThis.setTimeout(run, ms),
  clear: (timer) => globalThis.clearTimeout(timer as number | undefined),
}
