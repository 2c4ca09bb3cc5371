import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react'
import type { LiveHub } from '../live/hub'
import type { LiveState } from '../live/socket'

export interface Shell {
  live: LiveHub
  /** Ends the session here and goes to sign-in; `locked` says why. */
  leave(reason: 'locked' | 'signedOut' | 'none'): void
}

export const ShellContext = createContext<Shell | undefined>(undefined)

export function useShell(): Shell {
  const shell = useContext(ShellContext)
  if (!shell) throw new Error('a page was drawn outside the shell')
  return shell
}

/** Follows a chart while the page is open. */
export function useWatch(patient: string): void {
  const { live } = useShell()
  useEffect(() => live.watch(patient), [live, patient])
}
/** Reads again what hangs on a topic while the page is open: `day`, `inbox`, `messages/<patient>`, .. */
export function useTopic(topic: string, moved: () => void): void {
  const { live } = useShell()
  const latest = useRef(moved)
  latest.current = moved
  useEffect(() => live.follow(topic, () => latest.current()), [live, topic])
}
export function useLiveState(): LiveState {
  const { live } = useShell()
  return useSyncExternalStore(live.subscribe, live.current)
}
export function useUpdateCount(): number {
  const { live } = useShell()
  return useSyncExternalStore(live.subscribe, live.updateCount)
}
