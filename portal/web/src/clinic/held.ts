import { createContext } from 'react'
import type { Room } from '../cockpit/useRoom'

interface Held { /** Whose chart it is in; '' of a group. */ patient: string; id: string; /** Its page is in front. */ open: boolean; room?: Room }

/** What a room has to know of the others. */
export interface Elsewhere {
  subscribe: (listener: () => void) => () => void
  /** Whose visit one is in, other than this one. */
  other(id: string): string | undefined
  leaveOthers(id: string): void
}

/**
 * The visits whose call goes on while other pages of the clinic are looked at. A visit is held while its page is open,
 * and after that for as long as one is in it. One is in one visit at a time.
 */
export class HeldVisits implements Elsewhere {
  private readonly visits = new Map<string, Held>()
  private readonly listeners = new Set<() => void>()

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** All of them, as one text that changes only when they do. */
  list = (): string => [...this.visits.values()].map(({ patient, id }) => `${patient}/${id}`).join(' ')
  isOpen = (id: string): boolean => this.visits.get(id)?.open ?? false
  roomOf = (id: string): Room | undefined => this.visits.get(id)?.room
  other = (id: string): string | undefined => {
    const visit = [...this.visits.values()].find((held) => held.id !== id && held.room?.joined)?.room?.visit
    return visit && (visit.patientName || visit.appointment.group?.subject)
  }

  /** The page of a visit is in front, until what comes back is called. */
  open(patient: string, id: string): () => void {
    this.visits.set(id, { ...this.visits.get(id), patient, id, open: true })
    this.changed()
    return () => {
      const held = this.visits.get(id)
      if (!held) return
      held.open = false
      this.settle(id)
      this.changed()
    }
  }

  /** How its room stands now. */
  tell(id: string, room: Room): void {
    const held = this.visits.get(id)
    if (!held) return
    held.room = room
    this.settle(id)
    this.changed()
  }

  leaveOthers(id: string): void {
    for (const held of this.visits.values()) if (held.id !== id && held.room?.joined) held.room.leave()
  }

  private settle(id: string): void {
    const held = this.visits.get(id)
    if (held && !held.open && !held.room?.joined) this.visits.delete(id)
  }

  private changed(): void {
    this.listeners.forEach((listener) => listener())
  }
}

export const HeldContext = createContext<HeldVisits>(new HeldVisits())
