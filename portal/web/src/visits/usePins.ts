import { useEffect, useState } from 'react'
import type { Call } from '../rtc/call'

const mostPins = 4

export interface Pins { has(seat: string): boolean; turn(seat: string): void }

/** Whose picture is kept in view, whoever speaks: the newest few that were chosen. */
export function usePins(call: Call | undefined): Pins {
  const [pins, setPins] = useState<string[]>([])
  useEffect(() => call?.pin(pins), [call, pins])
  return {
    has: (seat) => pins.includes(seat),
    turn: (seat) => setPins((now) => (now.includes(seat) ? now.filter((one) => one !== seat) : [...now, seat].slice(-mostPins))),
  }
}
