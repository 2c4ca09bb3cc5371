import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { Sending } from '../api/sendFile'
import type { Asked, FormInput, Known, Place } from './beforeTypes'
import type { ChatLine, CheckResult, Visit } from './types'

// Hints come over the live socket; these are for when it is lost, and for what it does not tell.
export const waitingMs = 3_000
const quietMs = 20_000

export type Act =
  | { do: 'check'; body: CheckResult }
  | { do: 'consent'; version: string }
  | { do: 'called'; name: string }
  | { do: 'place'; body: Place }
  | { do: 'wait' | 'leaveWaiting' | 'start' | 'end' | 'withdraw' }
  | { do: 'admit' | 'refuse' | 'return' | 'mute' | 'remove' | 'spotlight' | 'lead'; seat: string }
  | { do: 'lock'; on: boolean }
  | { do: 'late'; minutes: number }
  | { do: 'recordAsk'; text: string }
  | { do: 'recordAnswer'; recording: string; text: string; yes: boolean }
  | { do: 'recordStop' }
  | { do: 'seal'; on: boolean }
  | { do: 'sealable'; able: boolean }

/** Where a visit comes from: the chart, for who is signed in, or a link that opens this one visit. */
export interface VisitSource {
  key: readonly unknown[]
  read(): Promise<Visit>
  /** Everything that moves a visit answers with the visit as it is then. */
  act(act: Act): Promise<Visit>
  chat(): Promise<{ items: ChatLine[] }>
  say(line: { id: string; text: string; seat?: string }): Promise<unknown>
  /** Pictures of the chat, each a line with the same id. */
  images: { at(id: string): string; share(id: string, body: Blob, sending: Sending, seat?: string): Promise<ChatLine> }
  /** Whose visit it is, and where they were the last time. */
  known(): Promise<Known>
  /** Questions that are put before it. */
  asked(): Promise<Asked>
  answer(input: FormInput): Promise<Asked>
  /** So many bytes from the clinic, or to it, to see what the line carries. */
  line: { down(): Promise<number>; up(body: Uint8Array<ArrayBuffer>): Promise<unknown> }
  /** Address of the socket, from the root of this site. */
  signal: string
  /** Whose list of visits one comes back to; without it there is nothing but this visit. */
  home?: string
  /** Where one goes who does not wait any longer, where there is no list. */
  leave?(): void
}

const SourceContext = createContext<VisitSource | undefined>(undefined)
export const VisitFrom = SourceContext.Provider

export function useSource(): VisitSource {
  const source = useContext(SourceContext)
  if (!source) throw new Error('a step of a visit stands outside of one')
  return source
}

export const stateOf = ({ key, read }: VisitSource) =>
  queryOptions({
    queryKey: [...key, 'state'],
    queryFn: read,
    refetchInterval: ({ state }) => (state.data?.state === 'ended' ? quietMs : waitingMs),
    // Somebody who waits looks elsewhere meanwhile.
    refetchIntervalInBackground: true,
  })

export const chatOf = ({ key, chat }: VisitSource) => queryOptions({ queryKey: [...key, 'chat'], queryFn: chat, refetchInterval: waitingMs })

export const askedOf = ({ key, asked }: VisitSource) => queryOptions({ queryKey: [...key, 'asked'], queryFn: asked, retry: false })

/** The visit, on pages that have it already. */
export const useVisit = (): Visit => useQuery(stateOf(useSource())).data!

export function useActOf(source: VisitSource) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (act: Act) => source.act(act),
    onSuccess: (visit: Visit | undefined) => {
      const { queryKey } = stateOf(source)
      if (visit?.id) queries.setQueryData(queryKey, visit)
      return queries.invalidateQueries({ queryKey })
    },
  })
}
export type VisitAct = ReturnType<typeof useActOf>
