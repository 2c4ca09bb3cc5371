import { createContext } from 'react'
import type { Call, CallView } from '../rtc/call'
import type { LocalMedia, MediaView } from '../rtc/media'
import type { SealState } from './useSeal'
import type { VisitAct, VisitSource } from './source'
import type { Visit } from './types'
import type { CaptionsHere } from './useCaptions'
import type { SmallWindow } from './useWindow'

/** One's part in a visit, on whichever side: what goes on when its page is not in front. */
export interface Part {
  source: VisitSource
  visit: Visit | undefined
  act: VisitAct
  media: LocalMedia
  view: MediaView
  call: Call | undefined
  now: CallView
  seal: SealState
  captions: CaptionsHere
  /** A window over other programs, for whose side has one. */
  small?: SmallWindow
  /** One is in the room. */
  joined: boolean
  /** There is something to see or to hear of it though its page is not in front. */
  goesOn: boolean
  /** One is in the waiting room, or called from there: also after a reload of whatever page. */
  waits?: boolean
  /** Nothing is known of it yet. */
  loading?: boolean
  leave(): void
}

export type Side = 'clinic' | 'own'
interface Held { side: Side; /** Whose chart it is in; '' of a group. */ patient: string; id: string; /** Its page is in front. */ open: boolean; /** From before a reload. */ again?: boolean; part?: Part }

/** Where it is kept for this tab in which waiting rooms one is: ids, as in the address of the page, and nothing else. */
export interface WaitingStore { read(): string; write(places: string): void }
const storeKey = 'housecall.waiting'
export const tabWaiting: WaitingStore = {
  read() {
    try {
      return window.sessionStorage.getItem(storeKey) ?? ''
    } catch {
      return '' // storage may be closed to us
    }
  },
  write(places) {
    try {
      if (places) window.sessionStorage.setItem(storeKey, places)
      else window.sessionStorage.removeItem(storeKey)
    } catch {
      // It then holds until the page is closed.
    }
  },
}
const maxKept = 4

/** What a visit has to know of the others. */
export interface Elsewhere {
  subscribe: (listener: () => void) => () => void
  /** Whose visit one is in, other than this one. */
  other(id: string): string | undefined
  leaveOthers(id: string): void
}

/** Whether one still waits after a reload is not known yet. */
const isComing = ({ again, part }: Held): boolean => again === true && (!part || part.loading === true)

/**
 * The visits whose call, or wait, goes on while other pages are looked at, whichever pages these are. A visit is held while
 * its page is open, and after that for as long as one is in it or waits. One is in one visit at a time.
 */
export class HeldVisits implements Elsewhere {
  private readonly visits = new Map<string, Held>()
  private readonly listeners = new Set<() => void>()
  private kept = ''

  constructor(private readonly store?: WaitingStore) {
    this.kept = store?.read() ?? ''
    for (const place of this.kept.split(' ').slice(0, maxKept)) {
      const [patient, id] = place.split('/')
      if (patient && id) this.visits.set(id, { side: 'own', patient, id, open: false, again: true })
    }
  }

  /** Whoever signs in here next may be somebody else. */
  forget(): void {
    this.visits.clear()
    this.changed()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** All of them, as one text that changes only when they do. */
  list = (): string => [...this.visits.values()].map(({ side, patient, id }) => `${side}/${patient}/${id}`).join(' ')
  isOpen = (id: string): boolean => this.visits.get(id)?.open ?? false
  /** One's part in a visit, for the page that holds it on that side. */
  partOf = <P extends Part>(side: Side, id: string): P | undefined => {
    const held = this.visits.get(id)
    return held?.side === side ? (held.part as P | undefined) : undefined
  }
  other = (id: string): string | undefined => {
    const held = [...this.visits.values()].find((one) => one.id !== id && one.part?.joined)
    const visit = held?.part?.visit
    if (!held || !visit) return undefined
    return held.side === 'own' ? visit.appointment.practitioner.name : visit.patientName || visit.appointment.group?.subject
  }

  /** The page of a visit is in front, until what comes back is called. */
  open(side: Side, patient: string, id: string): () => void {
    const before = this.visits.get(id)
    this.visits.set(id, { ...(before?.side === side && before), side, patient, id, open: true })
    this.changed()
    return () => {
      const held = this.visits.get(id)
      if (!held) return
      held.open = false
      this.settle(id)
      this.changed()
    }
  }

  /** How one's part in it stands now. */
  tell(side: Side, id: string, part: Part): void {
    const held = this.visits.get(id)
    if (held?.side !== side) return
    held.part = part
    this.settle(id)
    this.changed()
  }

  leaveOthers(id: string): void {
    for (const held of this.visits.values()) if (held.id !== id && held.part?.joined) held.part.leave()
  }

  private settle(id: string): void {
    const held = this.visits.get(id)
    if (held && !held.open && !held.part?.goesOn && !isComing(held)) this.visits.delete(id)
  }

  private changed(): void {
    const waiting = [...this.visits.values()].filter((held) => held.side === 'own' && (held.part?.waits || isComing(held))).map(({ patient, id }) => `${patient}/${id}`).join(' ')
    if (waiting !== this.kept) this.store?.write(waiting)
    this.kept = waiting
    this.listeners.forEach((listener) => listener())
  }
}

export const HeldContext = createContext<HeldVisits>(new HeldVisits())
