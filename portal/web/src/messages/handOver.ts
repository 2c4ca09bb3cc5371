import type { QueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { api } from './calls'
import { heldKey, messagesKey } from './queries'
import type { Held, HoldBody, Topic } from './types'

/** A message for the server: into a thread, or with a topic to begin one. */
export type Sent = Omit<HoldBody, 'topic' | 'ask' | 'version'> & ({ thread: string } | { topic: Topic })

/** Hands a message over. It can be taken back for a while, and nobody has it before; what cannot wait, of which its
 * writer was told whom to call, nobody wants back, and it goes at once, also when it was meant for later. */
export async function handOver(queries: QueryClient, patient: string, { at, close, ...sent }: Sent): Promise<void> {
  if (sent.told) {
    if ('topic' in sent) await take(api.POST('/charts/{patient}/threads', { params: { path: { patient } }, body: sent }))
    else {
      const { thread, ...body } = sent
      await take(api.POST('/charts/{patient}/threads/{thread}/messages', { params: { path: { patient, thread } }, body }))
    }
  } else {
    const held = await take(api.POST('/charts/{patient}/held', { params: { path: { patient } }, body: { ...sent, at, close, ask: !sent.told } }))
    if (held.state === 'waits') queries.setQueryData<Held[]>(heldKey(patient), (now = []) => [...now.filter(({ id }) => id !== held.id), held])
  }
  void queries.invalidateQueries({ queryKey: messagesKey(patient) })
}
