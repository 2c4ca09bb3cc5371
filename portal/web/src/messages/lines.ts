import { daysAgo, type Clock } from '../format/date'
import type { Outgoing } from './outbox'
import type { Author, Message, Read, Side, ThreadPage } from './types'

/** The messages of the loaded pages, oldest first; what arrived twice stands once. */
export function messagesOf(pages: ThreadPage[]): Message[] {
  const seen = new Set<string>()
  return [...pages].reverse().flatMap((page) => page.messages).filter(({ id }) => !seen.has(id) && seen.add(id))
}

/** What is on its way and is not among what arrived: the answer may come by another way before the own one does. */
export const stillGoing = (outgoing: readonly Outgoing[], messages: Message[]): Outgoing[] => outgoing.filter(({ id }) => !messages.some((message) => message.id === id))

/** A day is named with its first message, and with nothing after. */
export const namesDay = (at: string, before: string | undefined, clock: Clock): boolean => before === undefined || daysAgo(at, clock) !== daysAgo(before, clock)

/** The newest own message carries its state; each one would be noise. */
export const lastMine = (messages: Message[]): string | undefined => messages.filter((message) => message.mine).at(-1)?.id

/** Who read it on the other side, first readers first. */
export const readersOf = (message: Message): Read[] => {
  const other: Side = message.from.side === 'clinic' ? 'patient' : 'clinic'
  return message.readBy.filter((read) => read.side === other).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** The newest message of somebody else that the server should know is read. */
export const newestOfOthers = (messages: Message[]): string | undefined => messages.filter((message) => !message.mine).at(-1)?.id

/** A name is not said again under the one before it. */
export const sameAuthor = (a: Author | undefined, b: Author): boolean => a !== undefined && a.name === b.name && a.role === b.role
