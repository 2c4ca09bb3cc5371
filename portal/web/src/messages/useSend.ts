import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { apiLanguage } from '../api/client'
import { ApiError } from '../api/problem'
import { meQuery } from '../api/queries'
import { useMe } from '../shell/useMe'
import { useErrorText } from '../ui/ErrorSummary'
import { callOf } from './call'
import { handOver } from './handOver'
import { outbox, type Outgoing } from './outbox'
import { inboxKey } from './queries'
import type { Attachment } from './types'

type Says = (error: unknown) => string

async function post(queries: QueryClient, says: Says, { id, patient, thread, text, attachments, language, corrects, close, goes, told }: Outgoing): Promise<boolean> {
  try {
    await handOver(queries, patient, { id, thread, text, ...(attachments.length > 0 && { attachments: attachments.map((file) => file.id) }), language, corrects, close, at: goes, told })
    outbox.arrived(thread, id)
    void queries.invalidateQueries({ queryKey: inboxKey })
    void queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true })
    return true
  } catch (error) {
    outbox.failed(thread, id, says(error), isAway(error), callOf(error))
    return false
  }
}

/** Nobody refused it: the line or the server is away. */
export const isAway = (error: unknown): boolean => error instanceof ApiError && (error.unreachable || error.status === 503)

/** What only the line kept back goes when the line is there again, whatever page is open then. */
let deliver: (() => void) | undefined
function onLine(queries: QueryClient, says: Says): void {
  if (!deliver) window.addEventListener('online', () => deliver?.())
  deliver = () => {
    for (const one of outbox.waiting()) {
      const message = outbox.again(one.thread, one.id)
      if (message) void post(queries, says, message)
    }
  }
}

/** What else belongs to a message: when it goes, what it corrects, whether it ends the conversation. */
type How = Pick<Outgoing, 'corrects' | 'close' | 'goes'>

/** Sends into a thread: it stands there at once, and keeps its place and its id until it arrived. */
export function useSend(patient: string, thread: string) {
  const queries = useQueryClient()
  const text = useErrorText()
  const says = useRef(text)
  says.current = text
  outbox.open(useMe().account.id)
  useEffect(() => {
    onLine(queries, (error) => says.current(error))
    if (navigator.onLine) deliver?.()
  }, [queries])

  const send = (words: string, attachments: Attachment[], how: How = {}): Promise<boolean> => {
    return post(queries, says.current, outbox.add({ id: crypto.randomUUID(), patient, thread, text: words, attachments, language: apiLanguage(), ...how, at: new Date().toISOString() }))
  }
  const again = useCallback((id: string) => {
    const message = outbox.again(thread, id)
    if (message) void post(queries, says.current, message)
  }, [thread, queries])
  return { send, again }
}
