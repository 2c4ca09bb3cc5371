import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { take } from '../api/client'
import { meQuery } from '../api/queries'
import { api } from './calls'
import { heldKey, heldQuery, inboxKey, messagesKey, threadsQuery } from './queries'
import type { Held, HoldBody } from './types'
import { draftMoved } from './useDraft'

const none: Held[] = []
/** After its time the server needs a moment more to deliver. */
const slack = 1500

/** What one sent in a chart and nobody has yet; it is asked for again when the first of them is due. */
export function useHeld(patient: string, thread?: string): Held[] {
  const queries = useQueryClient()
  const all = useQuery(heldQuery(patient)).data ?? none
  const next = Math.min(...all.filter(({ state }) => state === 'waits').map(({ due }) => Date.parse(due)))
  useEffect(() => {
    const wait = next + slack - Date.now()
    // Beyond a day nobody waits on this page, and timers do not count that far.
    if (!Number.isFinite(wait) || wait > 86_400_000) return undefined
    const look = () => void queries.invalidateQueries({ queryKey: messagesKey(patient) })
    const timer = window.setTimeout(look, Math.max(wait, slack))
    return () => window.clearTimeout(timer)
    // The list is a new one each time it was asked for, and then the next look is due.
  }, [queries, patient, next, all])
  return useMemo(() => (thread === undefined ? all : all.filter((one) => (one.thread ?? one.id) === thread)), [all, thread])
}

/** Whether a conversation is there to be asked for. One that begins with a message which nobody has yet is not: it
 * has to be known first what waits, unless the list of conversations names it. */
export function useThere(patient: string, thread: string): boolean {
  const queries = useQueryClient()
  const { data, isFetched } = useQuery(heldQuery(patient))
  if (data?.some((one) => one.id === thread && !one.thread)) return false
  return isFetched || Boolean(queries.getQueryData(threadsQuery(patient).queryKey)?.pages.some(({ items }) => items.some(({ id }) => id === thread)))
}

/** What can be done with a message while nobody has it. */
export function useHeldActs(patient: string) {
  const queries = useQueryClient()
  const moved = () => {
    void queries.invalidateQueries({ queryKey: messagesKey(patient) })
    void queries.invalidateQueries({ queryKey: inboxKey })
    void queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true })
  }
  const path = (id: string) => ({ params: { path: { patient, id } } })
  return {
    /** `then` leaves the page of a conversation that there will not be, before it is looked for. */
    takeBack: async ({ id, thread }: Held, then?: () => Promise<void>) => {
      try {
        await take(api.DELETE('/charts/{patient}/held/{id}', path(id)))
        await then?.()
        queries.setQueryData<Held[]>(heldKey(patient), (now) => now?.filter((one) => one.id !== id))
        draftMoved(patient, thread ?? 'new')
      } finally {
        moved()
      }
    },
    sendNow: async ({ id }: Held) => {
      try {
        await take(api.POST('/charts/{patient}/held/{id}/send', path(id)))
      } finally {
        moved()
      }
    },
    change: async (held: Held, change: Pick<HoldBody, 'at'>) => {
      const { id, thread, topic, text, language, corrects, version, attachments } = held
      try {
        await take(api.PUT('/charts/{patient}/held/{id}', { ...path(id), body: { id, thread, topic, text, language, corrects, version, attachments: attachments.map((file) => file.id), ...change } }))
      } finally {
        moved()
      }
    },
  }
}
