import { createContext, useContext } from 'react'
import type { InboxItem } from '../messages/types'

export interface InboxWays {
  items: InboxItem[]
  /** What was just closed leaves the list: the next one opens, and it can be taken back. */
  closed: (thread: { patient: string; id: string }) => void
  reopened: () => void
}
export const InboxContext = createContext<InboxWays>({ items: [], closed: () => undefined, reopened: () => undefined })
export const useInbox = (): InboxWays => useContext(InboxContext)
