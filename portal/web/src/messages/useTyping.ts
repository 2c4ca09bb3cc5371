import { useEffect, useRef, useState } from 'react'
import { take } from '../api/client'
import { useTopic } from '../shell/context'
import { api } from './calls'
import { tells } from './tells'

const tellMs = 4000
const shownMs = 7000

/** Tells the other side, now and then, that somebody is writing in a thread; whoever switched it off tells nothing. */
export function useTellTyping(patient: string, thread: string): () => void {
  const last = useRef(0)
  return () => {
    if (thread === 'new' || !tells.on() || Date.now() - last.current < tellMs) return
    last.current = Date.now()
    // A hint that is lost is no loss.
    take(api.POST('/charts/{patient}/threads/{thread}/typing', { params: { path: { patient, thread } } })).catch(() => undefined)
  }
}

/** Whether the other side is writing right now. */
export function useTyping(patient: string, thread: string, newest: string | undefined): boolean {
  const [at, setAt] = useState(0)
  useTopic(`typing/${patient}/${thread}`, () => setAt(Date.now()))
  useEffect(() => {
    if (!at) return undefined
    const timer = window.setTimeout(() => setAt(0), shownMs)
    return () => window.clearTimeout(timer)
  }, [at])
  // What was being written is there.
  useEffect(() => setAt(0), [newest])
  return at > 0
}
