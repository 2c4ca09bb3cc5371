import { useCallback, useEffect, useRef, useState } from 'react'
import { quietly } from '../live/poll'
import { useTopic } from '../shell/context'
import { tells } from './tells'

export interface Presence { people: string[]; team: boolean }

const againMs = 25_000
const nobody: Presence = { people: [], team: false }

/** Who else has a conversation open now. Of the clinic's pages it is said that they are there while they are looked at. */
export function usePresence(patient: string, thread: string, clinic: boolean): Presence {
  const [presence, setPresence] = useState(nobody)
  const turn = useRef(0)
  const path = `/charts/${encodeURIComponent(patient)}/threads/${encodeURIComponent(thread)}/presence`
  const ask = useCallback(async () => {
    const mine = (turn.current += 1)
    if (document.visibilityState !== 'visible') return
    // What cannot be asked is not known; it is asked again.
    const answer = await quietly(path, { here: true, shown: tells.on() }).then((response) => (response.ok ? (response.json() as Promise<Presence>) : nobody), () => nobody)
    if (mine === turn.current) setPresence(answer)
  }, [path])
  useTopic(`presence/${patient}/${thread}`, () => void ask())
  useEffect(() => {
    const leave = () => {
      turn.current += 1
      if (clinic) void quietly(path, { here: false }, true).catch(() => undefined)
    }
    const look = () => (document.visibilityState === 'visible' ? void ask() : leave())
    void ask()
    const timer = window.setInterval(() => void ask(), againMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      window.clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
      setPresence(nobody)
      leave()
    }
  }, [ask, path, clinic])
  return presence
}
