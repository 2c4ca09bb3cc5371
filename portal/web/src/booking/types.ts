import type { Age } from '../api/types'
import type { Where } from '../visits/beforeTypes'
import type { CheckResult } from '../visits/types'

export type VisitMode = 'video' | 'clinic'
export type VisitState = 'scheduled' | 'waiting' | 'live' | 'ended'
export type AppointmentStatus = 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow'

export interface Practitioner { id: string; name: string; role: string }

export interface Slot { id: string; start: string; end: string; practitioner: string; modes: VisitMode[] }

/** Free times of some days; `next` is the first day after them that may have more. */
export interface FreeDays {
  practitioners: Practitioner[]
  days: { date: string; slots: Slot[] }[]
  next?: string
  canBook: boolean
  timeZone: string
}

export interface Appointment {
  id: string
  patient: string
  start: string
  end: string
  mode: VisitMode
  status: AppointmentStatus
  reason?: string
  practitioner: Practitioner
  place?: string
  /** Of a video visit: when its waiting room opens. */
  joinFrom?: string
  visit?: VisitState
  /** How late the clinic said that it will be. */
  behindMinutes?: number
  summary?: boolean
  /** Of a visit together with other patients: who they are is said to nobody. The id is for the clinic. */
  group?: { id?: string; subject?: string; places: number }
}

export interface DayItem extends Appointment {
  patientName: string
  birthDate: string
  age?: Age
  sex: string
  waitingSince?: string
  note?: 'draft' | 'signed'
  /** The reader can say that they did not come; of who did not, take it back. */
  missable?: boolean
  /** Of a group that is over: they were not in it. */
  absent?: boolean
}

/** A group in the day: how many of the members in the list have come, wait, and are expected. */
export interface DayGroup {
  id: string
  subject: string
  start: string
  end: string
  practitioner: Practitioner
  status: 'booked' | 'cancelled'
  visit: VisitState
  places: number
  booked: number
  expected: number
  waiting: number
  came: number
  missed: number
}

/** Somebody who waits, as the day's list shows them. */
export interface DayPerson { seat: string; name: string; role: string; relation?: string; check?: CheckResult; where?: Where; asks?: number }
export interface DayWaiting extends DayItem { people: DayPerson[] }

export interface Day { date: string; items: DayItem[]; groups: DayGroup[]; waiting: DayWaiting[]; /** Visits and groups that go on, in which a nurse has said that the doctor can come. */ ready: string[] }
