import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { take } from '../api/client'
import { meQuery } from '../api/queries'
import { api } from './calls'
import { newestOfOthers } from './lines'
import { inboxKey, messagesKey } from './queries'
import type { Outgoing } from './outbox'
import type { Message } from './types'

/** Tells the server how far somebody has read, once a page that shows it is looked at. */
export function useReading(patient: string, thread: string, messages: Message[], unread: number): void {
  const queries = useQueryClient()
  const told = useRef('')
  const newest = newestOfOthers(messages)
  useEffect(() => {
    const tell = () => {
      if (document.visibilityState !== 'visible' || !newest || unread === 0 || told.current === newest) return
      told.current = newest
      take(api.POST('/charts/{patient}/threads/{thread}/read', { params: { path: { patient, thread } }, body: { message: newest } })).then(
        () => {
          void queries.invalidateQueries({ queryKey: messagesKey(patient) })
          void queries.invalidateQueries({ queryKey: inboxKey })
          void queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true })
          void queries.invalidateQueries({ queryKey: ['notices'] })
        },
        () => {
          told.current = ''
        },
      )
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    window.addEventListener('online', tell)
    return () => {
      document.removeEventListener('visibilitychange', tell)
      window.removeEventListener('online', tell)
    }
  }, [patient, thread, newest, unread, queries])
}

/**
 * Keeps the end of a conversation in view while somebody is there. Whoever has scrolled up stays where they
 * are, and is told how much came below.
 */
export function useEnd(messages: readonly Message[], outgoing: readonly Outgoing[]) {
  const end = useRef<HTMLDivElement>(null)
  const state = useRef({ near: true, count: 0, first: true })
  const [below, setBelow] = useState(0)
  const jump = () => end.current?.scrollIntoView({ block: 'end' })

  useEffect(() => {
    const mark = end.current
    if (!mark) return undefined
    const watch = new IntersectionObserver(([entry]) => {
      state.current.near = entry?.isIntersecting ?? true
      if (state.current.near) setBelow(0)
    }, { rootMargin: '0px 0px 120px' })
    watch.observe(mark)
    return () => watch.disconnect()
  }, [messages.length > 0])

  const newest = messages.at(-1)
  const going = outgoing.map(({ id, state }) => id + state).join()
  useEffect(() => {
    if (!newest) return undefined
    const here = state.current
    const came = messages.length - here.count
    here.count = messages.length
    if (here.first || here.near || newest.mine || going) {
      here.first = false
      const frame = requestAnimationFrame(jump)
      return () => cancelAnimationFrame(frame)
    }
    if (came > 0) setBelow((before) => before + came)
    return undefined
    // Only what comes at the end moves the page; earlier pages do not.
  }, [newest?.id, going])
  return { end, below, jump }
}
