import type { Appointment, VisitState } from '../booking/types'
import type { Relay } from '../rtc/protocol'
import type { LineFound, Where } from './beforeTypes'

export type SeatState = 'none' | 'waiting' | 'admitted' | 'in' | 'left' | 'refused' | 'removed'
export type CheckWord = 'ok' | 'fail' | 'skipped'
export interface CheckResult extends LineFound { camera: CheckWord; microphone: CheckWord; speaker: CheckWord; network: CheckWord }
export type VisitRole = 'patient' | 'proxy' | 'guest' | 'interpreter' | 'clinician' | 'nurse' | 'frontdesk' | 'member'

export interface VisitPerson {
  seat: string
  name: string
  role: VisitRole
  relation?: string
  state: SeatState
  waitingSince?: string
  me: boolean
  host?: boolean
  /** Who they are they said themselves, and nobody else. */
  selfNamed?: boolean
  /** Their link was open in another browser before. */
  otherDevice?: boolean
  check?: CheckResult
  where?: Where
  /** Of who waits: lines of theirs that nobody has answered yet. */
  asks?: number
  /** For who leads a group: what the others call them, by which appointment they are here, and for whom. */
  called?: string
  visit?: string
  for?: string
}

/** How it stands with the last recording that was asked for. */
export interface Recording {
  id: string
  state: 'asked' | 'on' | 'paused' | 'over'
  text: string
  askedBy: string
  mine?: 'yes' | 'no' | 'withdrawn'
  missing: string[]
  beganAt?: string
  endedAt?: string
  why?: 'stopped' | 'refused' | 'withdrawn' | 'ended' | 'room' | 'disk' | 'full'
  filed?: boolean
}

export interface Visit {
  id: string
  patient: string
  patientName: string
  appointment: Appointment
  state: VisitState
  now: string
  me: { seat?: string; role: VisitRole; state: SeatState; host: boolean; controls?: boolean; consentAt?: string; checkedAt?: string; placeAt?: string; places?: boolean; outside?: boolean; called?: string }
  people: VisitPerson[]
  /** How those who hold the visit have set its room; lead and spotlight are seats. */
  room?: { lead?: string; ready?: boolean; locked?: boolean; spotlight?: string }
  startedAt?: string
  endedAt?: string
  talkSeconds: number
  expectedAt?: string
  behindMinutes?: number
  /** Among those who wait for this clinician; 1 is the next one. */
  place?: number
  consent: { version: string; textKey: string }
  note?: 'draft' | 'signed'
  summary?: { ref: string }
  relays?: Relay[]
  media?: string[]
  /** What the reader said about it; and for those who held it, what all said. */
  /** Sound and picture that only the browsers in the visit can read. */
  sealing?: { on: boolean; by: string; mine: boolean; at: string; cannot: string[] }
  rating?: Rating
  ratings?: Rating[]
  recording?: Recording
  mayRecord?: boolean
  /** For those who held it, when it is over: how everybody's line was. */
  lines?: VisitLine[]
}

export interface VisitLine {
  seat: string
  name: string
  level: 'good' | 'weak' | 'bad'
  seconds: number
  poorSeconds: number
  onlySoundSeconds: number
  lostOut: number
  lostIn: number
  delayMs: number
  worstDelayMs: number
  jitterMs: number
  freezes: number
  breaks: number
  way: 'direct' | 'relay'
  over: 'udp' | 'tcp'
  largePercent: number
  smallPercent: number
  heldPercent: number
}

export interface Rating { stars: number; comment?: string; role?: VisitRole; at: string }

export interface ChatLine { id: string; at: string; from: { name: string; role: VisitRole; relation?: string }; mine: boolean; seat?: string; text: string; image?: { contentType: string; size: number }; /** For those who write the note: it goes to the record with it. */ files?: boolean }

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
  /** The record of what was written in the visit, where there is one. */
  chat?: string
  vitals: Vital[]
  problems: SummaryItem[]
  medicines: Prescribed[]
  stops: Stopped[]
  orders: SummaryItem[]
  next?: NextVisit
  nextDay?: string
  language: 'en' | 'es'
  translation?: Translation
}
export interface SummaryItem { group?: OrderGroup; text: string; plain?: string; local?: string; note?: string }
export interface Translated { summary: string; instructions: string[]; callIf: string; followUp: string }
export type Translation = { language: string; state: 'wanted' | 'there'; by?: string; at?: string } & Partial<Translated>

export const vitalKinds = ['pressure', 'pulse', 'temperature', 'breathing', 'saturation', 'weight', 'height'] as const
export type VitalKind = (typeof vitalKinds)[number]
export type VitalUnit = 'C' | 'F' | 'kg' | 'lb' | 'cm' | 'in'
export interface Vital { kind: VitalKind; value: number; second?: number; unit?: VitalUnit }
export interface Problem { id?: string; system?: string; code?: string; text: string }
export const forms = ['tablet', 'capsule', 'puff', 'unit', 'application', 'dose', 'ml', 'drop'] as const
export type Form = (typeof forms)[number]
export const oftens = ['daily', 'morning', 'evening', 'bedtime', 'twice', 'three', 'four', 'weekly', 'needed'] as const
export type Often = (typeof oftens)[number]
export interface Prescribed { name: string; dose: number; form: Form; often: Often; days: number; repeats?: number; note?: string }
export interface Stopped { id: string; name: string; reason?: string }
export type OrderGroup = 'lab' | 'imaging' | 'referral'
export interface Order { group: OrderGroup; system?: string; code?: string; text: string; urgent?: boolean; note?: string }
export interface NextVisit { count: number; unit: 'days' | 'weeks' | 'months'; mode: 'video' | 'clinic' }
export type ClinicalPart = 'subjective' | 'objective' | 'assessment' | 'plan'
export interface Copied { part: ClinicalPart; text: string; visit: string; by?: string; at?: string }
/** What a visit found and decided: signed with the note, all of it or nothing. */
export interface VisitPlan { vitals?: Vital[]; problems?: Problem[]; medicines?: Prescribed[]; stops?: Stopped[]; orders?: Order[]; next?: NextVisit }
export interface Pick { kind: 'problem' | 'medicine' | 'order'; system?: string; code?: string; text: string; group?: OrderGroup; form?: Form; often?: Often; days?: number }

export interface NoteBody extends VisitPlan {
  subjective: string
  objective: string
  assessment: string
  plan: string
  summary: string
  instructions: string[]
  callIf: string
  followUp: string
  language?: 'en' | 'es'
  copied?: Copied[]
}
export interface Earlier { visit: string; signedAt: string; signedBy: string; body: NoteBody }
export interface NoteVersion { version: number; at: string; by: string; body?: NoteBody }
export interface VisitNote {
  state: 'none' | 'draft' | 'signed'
  version: number
  body: NoteBody
  prefill: { reason: string; facts: string[] }
  savedAt?: string
  signedAt?: string
  signedBy?: string
  composition?: string
  /** The record of the chat that was filed with it. */
  chat?: string
  addenda: Addendum[]
  earlier?: Earlier
}

/** What of the chat does not go to the record with the note, and why. */
export interface LeftOut { all?: boolean; images?: string[]; reason?: string }
