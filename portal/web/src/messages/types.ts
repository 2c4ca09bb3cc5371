import type { Age } from '../api/types'

/** What a page that leads to a new message says of it: beside the address, which holds no health fact. */
export interface Begin { topic: Topic; text: string }
declare module '@tanstack/react-router' { interface HistoryState { begin?: Begin } }

export type Topic = 'question' | 'medicine' | 'appointment' | 'results' | 'billing' | 'other'
export type AuthorRole = 'patient' | 'proxy' | 'clinician' | 'nurse' | 'frontdesk' | 'system'
export type Side = 'patient' | 'clinic'

export interface Author { name: string; role: AuthorRole; relation?: string; side: Side }

export interface Attachment { id: string; contentType: string; title: string; size: number }

export interface Thread {
  id: string
  patient: string
  topic: Topic
  subject?: string
  state: 'open' | 'closed'
  startedAt: string
  lastAt: string
  lastText: string
  lastFrom: Author
  count: number
  /** By the reader, whoever that is. */
  unread: number
  turn: 'you' | 'clinic' | 'patient' | 'none'
  /** The clinic was told that it cannot wait; for the patient's side. */
  urgent?: boolean
  /** When the clinic answers at the latest. */
  due?: string
  claimedBy?: { name: string; role: AuthorRole; me: boolean; account?: string }
  /** For the clinic. */
  priority?: 'routine' | 'soon' | 'urgent'
  pool?: string
}

export interface OtherText { text: string; savedAt: string }

/** What its writer sent and nobody has yet: for some seconds, or until its time. */
export interface Held {
  id: string
  /** Missing: it begins a conversation, which gets its id. */
  thread?: string
  topic?: Topic
  text: string
  attachments: Attachment[]
  language?: string
  corrects?: string
  state: 'waits' | 'taken_back' | 'stuck' | 'sent'
  scheduled: boolean
  due: string
  sentAt: string
  version: number
  why?: string
}

export interface HoldBody { id: string; thread?: string; topic?: Topic; text: string; attachments?: string[]; language?: string; corrects?: string; close?: boolean; at?: string; version?: number; ask?: boolean; told?: boolean }

export interface Found extends Message { subject: string; topic: Topic; excerpt: string }

export interface StaffNote { id: string; at: string; author: Author; mine: boolean; text: string }

export interface Read { name: string; role: AuthorRole; side: Side; at: string }

export interface Message {
  id: string
  thread: string
  at: string
  from: Author
  mine: boolean
  /** Whom it is about, when somebody else wrote it for them. */
  forPatient?: string
  text: string
  attachments: Attachment[]
  language?: string
  /** The own message that this one corrects, and those that correct it. */
  corrects?: string
  correctedBy?: string[]
  readBy: Read[]
}

/** One page of a thread, oldest first; the first page has the newest. */
export interface ThreadPage { thread: Thread; messages: Message[]; next?: string }

export interface MessageOptions { canSend: boolean; audience: { name: string; role: AuthorRole }[]; caregivers: { name: string; relation: string; part: boolean }[]; others: boolean; topics: Topic[]; answerWithin: { hours: number }; paces?: Pace[]; undoSeconds: number }

/** Minutes of opening time in which half and nine of ten are answered; not measured: promised. */
export interface Pace { topic: Topic; median: number; ninety: number; measured: boolean; opens?: string }

export interface Draft { text: string; topic?: Topic; subject?: string; attachments?: Attachment[]; others?: OtherText[]; version?: number; savedAt?: string }

export type InboxView = 'all' | 'mine' | 'unclaimed' | 'done'
export interface InboxItem extends Thread { patientName: string; birthDate?: string; age?: Age; sex?: string }
export interface InboxPage { items: InboxItem[]; next?: string; counts: Record<InboxView, number> }
