import type { Appointment, VisitState } from '../booking/types'
import type { Relay } from '../rtc/protocol'

export type SeatState = 'none' | 'waiting' | 'admitted' | 'in' | 'left' | 'refused'
export type CheckWord = 'ok' | 'fail' | 'skipped'
export interface CheckResult { camera: CheckWord; microphone: CheckWord; speaker: CheckWord; network: CheckWord }
export type VisitRole = 'patient' | 'proxy' | 'clinician' | 'nurse' | 'frontdesk'

export interface VisitPerson {
  seat: string
  name: string
  role: VisitRole
  relation?: string
  state: SeatState
  waitingSince?: string
  me: boolean
  check?: CheckResult
}

export interface Visit {
  id: string
  patient: string
  patientName: string
  appointment: Appointment
  state: VisitState
  now: string
  me: { seat?: string; role: VisitRole; state: SeatState; host: boolean; consentAt?: string; checkedAt?: string }
  people: VisitPerson[]
  startedAt?: string
  endedAt?: string
  talkSeconds: number
  expectedAt?: string
  behindMinutes?: number
  consent: { version: string; textKey: string }
  note?: 'draft' | 'signed'
  summary?: { ref: string }
  relays?: Relay[]
}

export interface ChatLine { id: string; at: string; from: { name: string; role: VisitRole; relation?: string }; mine: boolean; text: string }

export interface Addendum { at: string; by: string; text: string }
export interface Summary {
  visit: string
  at: string
  clinician: { name: string; role: string }
  summary: string
  instructions: string[]
  callIf: string
  followUp: string
  reason?: string
  signedAt: string
  addenda: Addendum[]
  composition: string
}

export interface NoteBody {
  subjective: string
  objective: string
  assessment: string
  plan: string
  summary: string
  instructions: string[]
  callIf: string
  followUp: string
}
export interface VisitNote {
  state: 'none' | 'draft' | 'signed'
  version: number
  body: NoteBody
  prefill: { reason: string; facts: string[] }
  savedAt?: string
  signedAt?: string
  signedBy?: string
  composition?: string
  addenda: Addendum[]
}
