import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { activity } from '../api/activity'
import { useTopic } from '../shell/context'
import { visitKey } from './queries'

const everyMs = 20_000

/** Keeps the screen on, so that a phone on the table still rings. */
export function useAwake(on: boolean): void {
  useEffect(() => {
    if (!on || !('wakeLock' in navigator)) return undefined
    let lock: WakeLockSentinel | undefined
    let gone = false
    const hold = () => {
      if (document.visibilityState !== 'visible') return
      navigator.wakeLock.request('screen').then((got) => {
        lock = got
        if (gone) void got.release()
      }, () => undefined)
    }
    hold()
    // A browser gives it up when the page goes to the back.
    document.addEventListener('visibilitychange', hold)
    return () => {
      gone = true
      document.removeEventListener('visibilitychange', hold)
      void lock?.release()
    }
  }, [on])
}

/** Being in a visit is doing something, though nobody touches a key: the session does not end under it. */
export function useActive(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined
    activity.seen()
    const timer = window.setInterval(() => activity.seen(), everyMs)
    return () => window.clearInterval(timer)
  }, [on])
}

/** The visit is read again as soon as it moved. */
export function useVisitHints(patient: string, visit: string): void {
  const queries = useQueryClient()
  useTopic(`visit/${patient}/${visit}`, () => void queries.invalidateQueries({ queryKey: visitKey(patient, visit) }))
}
