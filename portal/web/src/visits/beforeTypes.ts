import type { Browser, System } from './browser'
import type { Reach } from '../rtc/network'

/** What was found of a line: words and rough numbers. */
export interface LineFound { reach?: Reach; roundTrip?: number; down?: number; up?: number; browser?: Browser; system?: System }

export interface Place { country: string; region?: string; address: string; phone: string }
export interface Where extends Place { at: string; outside?: boolean }
export interface Known { name: string; birthDate?: string; place?: Place }

export interface Said { en: string; es: string }
export interface FormItem {
  id: string
  kind: 'choice' | 'several' | 'number' | 'words'
  text: Said
  options?: { code: string; text: Said }[]
  unit?: string
  least?: number
  most?: number
  when?: { item: string; code: string }
  need?: boolean
}
export interface VisitForm { key: string; version: string; title: Said; items: FormItem[] }
export type Answers = Record<string, string[]>
export interface AnswerLine { ask: Said; said: Said; was?: Said; look?: boolean }
export interface Asked {
  form?: VisitForm
  state: 'none' | 'draft' | 'done'
  may: boolean
  answers?: Answers
  by?: { name: string; role: string; relation?: string }
  savedAt?: string
  finishedAt?: string
  lines?: AnswerLine[]
  before?: string
}
export interface FormInput { form: string; answers: Answers; finish?: boolean }
