import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { apiLanguage, take } from '../api/client'
import { ApiError } from '../api/problem'
import { meQuery } from '../api/queries'
import { useMe } from '../shell/useMe'
import { useErrorText } from '../ui/ErrorSummary'
import { callOf } from './call'
import { api } from './calls'
import { outbox, type Outgoing } from './outbox'
import { heldKey, inboxKey, messagesKey } from './queries'
import type { Attachment, Held } from './types'

type Says = (error: unknown) => string

async function post(queries: QueryClient, says: Says, { id, patient, thread, text, attachments, language, corrects, close, goes, told }: Outgoing): Promise<boolean> {
  const files = attachments.length > 0 && { attachments: attachments.map((file) => file.id) }
  try {
    if (told && !goes) {
      // It cannot wait: nobody wants it back, and it goes at once.
      await take(api.POST('/charts/{patient}/threads/{thread}/messages', { params: { path: { patient, thread } }, body: { id, text, ...files, language, corrects, told } }))
      settle(queries, patient, thread, id)
      return true
    }
    // It can be taken back for a while: nobody has it before.
    const held = await take(api.POST('/charts/{patient}/held', {
      params: { path: { patient } },
      body: { id, thread, text, ...files, language, corrects, close, at: goes, ask: !told, told },
    }))
    if (held.state === 'waits') queries.setQueryData<Held[]>(heldKey(patient), (now = []) => [...now.filter((one) => one.id !== id), held])
    settle(queries, patient, thread, id)
    return true
  } catch (error) {
    outbox.failed(thread, id, says(error), isAway(error), callOf(error))
    return false
  }
}

function settle(queries: QueryClient, patient: string, thread: string, id: string): void {
  outbox.arrived(thread, id)
  void queries.invalidateQueries({ queryKey: messagesKey(patient) })
  void queries.invalidateQueries({ queryKey: inboxKey })
  void queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true })
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
