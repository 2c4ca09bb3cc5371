// The shapes of the JSON API under /api/v1, as the client reads them.

export type Category =
  | 'demographics' | 'conditions' | 'allergies' | 'medicines' | 'immunizations' | 'results' | 'vitals'
  | 'visits' | 'documents' | 'careplan' | 'messages' | 'appointments' | 'questionnaires' | 'coverage' | 'other'

export type Meaning = 'usual' | 'low' | 'high' | 'criticalLow' | 'criticalHigh' | 'abnormal' | 'unknown'
export type Role = 'clinician' | 'nurse' | 'frontdesk' | 'privacy' | 'admin'
export type Locale = 'en' | 'es'

export interface Problem {
  type?: string
  title?: string
  status: number
  detail?: string
  id?: string
  code?: string
  errors?: { location?: string; message: string }[]
}

export interface Page<T> { items: T[]; next?: string }
export interface Age { years: number; months: number }
export interface Coding { system?: string; code: string; display?: string }
export interface Range { low?: number; high?: number; text?: string }
export interface ValuePart { title: string; number?: number; text: string; unit?: string; range?: Range; meaning?: Meaning }
export interface Value { number?: number; text: string; unit?: string; parts?: ValuePart[] }
export interface Source { name: string; ref?: string }

export interface Entry {
  ref: string
  section: Category
  kind: string
  title: string
  at?: string
  end?: string
  active: boolean
  status?: string
  code?: Coding
  value?: Value
  range?: Range
  meaning?: Meaning
  text?: string
  reason?: string
  severity?: string
  who?: string
  place?: string
  sources?: Source[]
  children?: Entry[]
  outOfRange?: number
  usual?: number
  new?: boolean
  /** Why a medicine was stopped. */
  stopReason?: string
  /** Several readings of one kind that stand as one; the value is their average. */
  series?: { count: number; from: string; to: string }
  /** The kind of result, for its trend. */
  key?: string
}

export interface SparkPoint { at: string; number: number }
export interface ResultLine {
  key: string
  title: string
  category: 'results' | 'vitals'
  latest: Entry
  spark?: SparkPoint[]
  count: number
}

export interface Attention { kind: 'result' | 'goal' | 'vaccine' | 'careplan'; level: 'look' | 'urgent'; entry: Entry }

export interface PatientInfo {
  id: string
  name: string
  given?: string
  family?: string
  birthDate?: string
  age?: Age
  sex?: string
  deceased?: string
  languages?: { code: string; preferred?: boolean }[]
  phones?: string[]
  emails?: string[]
  address?: string
  identifiers?: Identifier[]
}
export interface Identifier { label: string; value: string }

export interface Chart {
  patient: PatientInfo
  view: { relation: string; sees: Category[]; limited: boolean }
  attention: Attention[]
  newest: Entry[]
  allergies: Entry[]
  conditions: Entry[]
  medicines: Entry[]
  immunizations: Entry[]
  vitals: ResultLine[]
  results: ResultLine[]
  careplan: Entry[]
  goals: Entry[]
  visits: Entry[]
  documents: Entry[]
  team: { name: string; role?: string; phone?: string }[]
}

export interface TrendPoint { at: string; number?: number; text: string; meaning?: Meaning; ref: string; parts?: ValuePart[] }
export interface TrendEvent { at: string; title: string; kind: 'medicine-start' | 'medicine-stop' | 'medicine-change' }
export interface Trend {
  title: string
  unit?: string
  range?: Range
  points: TrendPoint[]
  code?: Coding
  about?: { what: string; higher?: string; lower?: string }
  events?: TrendEvent[]
}

export interface Document { contentType: string; title?: string; size?: number; text?: string; url?: string }
export interface Note { who?: string; at?: string; text: string }
export interface Detail { label: string; value: string }
export interface EntryDetail {
  entry: Entry
  related: Entry[]
  note?: Note[]
  details: Detail[]
  document?: Document
  history: number
}

export type AccessAction = 'read' | 'search' | 'create' | 'update' | 'delete' | 'export' | 'login' | 'refused'
export interface AccessRow {
  at: string
  until?: string
  who: string
  role: 'self' | 'proxy' | Role | 'system' | 'app'
  organization?: string
  relation?: string
  app?: string
  action: AccessAction
  what: Category[]
  count: number
  purpose?: string
  emergency?: boolean
  reason?: string
}
export interface Integrity { complete: boolean; checkedAt?: string; sealedUpTo: number; pending: number }
export interface AccessPage extends Page<AccessRow> { integrity: Integrity }

export type GrantPower = 'messages' | 'scheduling' | 'medicines' | 'documents' | 'visits' | 'share'
export interface Grant {
  id: string
  name: string
  relation: string
  until?: string
  from?: string
  sees: Category[]
  hides?: string[]
  can: GrantPower[]
  lastSeenAt?: string
  state: 'active' | 'ended' | 'revoked'
}

export interface SubjectGrant {
  id: string
  relation: string
  until?: string
  sees: Category[]
  hides?: string[]
  can: GrantPower[]
  from?: string
}
export interface Subject {
  patient: string
  name: string
  given?: string
  birthDate?: string
  age?: Age
  sex?: string
  relation: string
  deceased?: boolean
  grant?: SubjectGrant
  newCount?: number
}

export interface Me {
  account: { id: string; name: string; email?: string; kind: 'person' | 'staff'; roles?: Role[]; locale?: Locale | ''; practitioner?: string }
  people: Subject[]
  session: { idleSeconds: number; idleExpiresAt: string; expiresAt: string; warnSeconds: number }
  csrf: string
  clinic: { name: string; phone?: string; emergency?: string; timeZone?: string }
  version: string
}

export interface SessionLife { idleExpiresAt: string; expiresAt: string }
export interface Device { id: string; current: boolean; device: string; app?: string; createdAt: string; lastSeenAt?: string; address?: string }
export interface Passkey { id: string; name: string; createdAt: string; lastUsedAt?: string }
export interface TotpSetup { secret: string; uri: string; qr: string }
export type PublicKeyOptions = Record<string, unknown>

export interface ClinicPatient {
  patient: string
  name: string
  birthDate?: string
  age?: Age
  sex?: string
  identifiers?: Identifier[]
  phone?: string
  inPanel: boolean
}
export interface HealthCheck { name: string; ok: boolean; level: 'ok' | 'warn' | 'fail'; text: string }

export interface SignInOptions {
  clinic: { name: string; phone?: string }
  methods: ('passkey' | 'password')[]
  issuers?: { id: string; name: string }[]
  app?: { name: string; scopes?: string[] }
}
export interface SignInStep { next?: string; step?: 'totp'; totp?: TotpSetup }

// The paths, in the form that openapi-fetch reads.
type Params<P, Q> = { path: P; query?: Q }
type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type Read<T, P = never, Q = never> = { get: { parameters: Params<P, Q> } & Answer<T> }
type ReadPlain<T, Q = never> = { get: { parameters: { query?: Q } } & Answer<T> }
type Send<M extends 'post' | 'patch', B, T, P = undefined> = {
  [K in M]: (P extends undefined ? object : { parameters: { path: P } }) & { requestBody: { content: { 'application/json': B } } } & Answer<T>
}
type Act<T> = { post: Answer<T> }
type Drop<P> = { delete: { parameters: { path: P } } & Answer<unknown> }
type OfChart = { patient: string }
type OfId = { id: string }
type Paging = { cursor?: string; limit?: number }

export interface paths {
  '/me': ReadPlain<Me> & Send<'patch', { locale?: Locale; name?: string }, unknown>
  '/me/sessions': ReadPlain<{ items: Device[] }>
  '/me/sessions/{id}': Drop<OfId>
  '/me/passkeys': ReadPlain<{ items: Passkey[] }>
  '/me/passkeys/begin': Act<PublicKeyOptions>
  '/me/passkeys/finish': Send<'post', { name: string; credential: unknown }, unknown>
  '/me/passkeys/{id}': Send<'patch', { name: string }, unknown, OfId> & Drop<OfId>
  '/me/totp': ReadPlain<{ enabled: boolean }> & { delete: { requestBody: { content: { 'application/json': { code: string } } } } & Answer<unknown> }
  '/me/totp/begin': Act<TotpSetup>
  '/me/totp/finish': Send<'post', { code: string }, unknown>
  '/me/password': Send<'post', { old: string; new: string }, unknown>
  '/session/extend': Act<SessionLife>
  '/step-up/passkey/begin': Act<PublicKeyOptions>
  '/step-up/passkey/finish': Send<'post', { credential: unknown }, { until: string }>
  '/step-up/totp': Send<'post', { code: string }, { until: string }>
  '/step-up/password': Send<'post', { password: string }, { until: string }>
  '/charts/{patient}': Read<Chart, OfChart>
  '/charts/{patient}/timeline': Read<Page<Entry>, OfChart, Paging & { kind?: string; q?: string }>
  '/charts/{patient}/sections/{category}': Read<Page<Entry>, OfChart & { category: string }, Paging>
  '/charts/{patient}/trends/{key}': Read<Trend, OfChart & { key: string }>
  '/charts/{patient}/entries/{type}/{id}': Read<EntryDetail, OfChart & { type: string; id: string }>
  '/charts/{patient}/access': Read<AccessPage, OfChart, Paging>
  '/charts/{patient}/grants': Read<{ items: Grant[] }, OfChart>
  '/charts/{patient}/grants/{id}': Drop<OfChart & OfId>
  '/clinic/patients': ReadPlain<Page<ClinicPatient>, Paging & { q?: string }>
  '/admin/health': ReadPlain<{ checks: HealthCheck[] }>
}
