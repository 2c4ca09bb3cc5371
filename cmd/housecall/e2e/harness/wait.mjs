// Nothing here sleeps for a guessed time: it asks again until it is so, or a deadline has passed.
import { setTimeout as pause } from 'node:timers/promises'

/** What no further asking can mend. */
export class Hopeless extends Error {}

/** Calls `ask` until it gives something true; fails with `what` and the last refusal after `within` ms. */
export async function until(what, ask, { within = 15_000, every = 50 } = {}) {
  const end = Date.now() + within
  let last
  for (;;) {
    try {
      const got = await ask()
      if (got) return got
      last = undefined
    } catch (error) {
      if (error instanceof Hopeless) throw error
      last = error
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${within} ms`, { cause: last })
    await pause(every)
  }
}
