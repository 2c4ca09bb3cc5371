// The shapes of the JSON API under /api/v1, as the client reads them: the server's own description
// (schema.ts, made by `npm run api`) with what OpenAPI does not say about it. Lists are never null,
// and some strings are one of a few words. A shape that no longer fits the server does not compile.
import type { components, paths as ServerPaths } from './schema'

type Schemas = components['schemas']
/** Every property must be one of the server's and no wider than it. */
type Narrower<T, R> = { [P in keyof R]: P extends keyof T ? T[P] : never }
type From<K extends keyof Schemas, R extends Narrower<Schemas[K], R> = object> = Omit<Schemas[K], keyof R> & R

export type Category =
  | 'demographics' | 'conditions' | 'allergies' | 'medicines' | 'immunizations' | 'results' | 'vitals'
  | 'visits' | 'documents' | 'careplan' | 'messages' | 'appointments' | 'questionnaires' | 'coverage' | 'other'

export type Meaning = NonNullable<Schemas['Entry']['meaning']>
export type Role = 'clinician' | 'nurse' | 'frontdesk' | 'privacy' | 'admin'
export type Locale = 'en' | 'es'

/** What came may be from something in between, so only the status is sure. */
export type Problem = Partial<From<'Problem', { errors?: Schemas['ProblemDetail'][] }>> & { status: number }

export interface Page<T> { items: T[]; next?: string }
export type Age = Schemas['Age']
export type Coding = Schemas['Coding']
export type Range = Schemas['Range']
export type ValuePart = From<'Part', { meaning?: Meaning }>
export type Value = From<'Value', { parts?: ValuePart[] }>
export type Source = Schemas['Source']
export type Identifier = Schemas['Identifier']

export type Difference = From<'Difference', { says: Schemas['Saying'][] }>

export interface Entry extends Omit<Schemas['Entry'], 'section' | 'value' | 'sources' | 'children' | 'differs'> {
  section: Category
  value?: Value
  sources: Source[]
  children?: Entry[]
  differs?: Difference[]
}

export type SparkPoint = Schemas['Point']
export type ResultLine = From<'ResultLine', { category: 'results' | 'vitals'; latest: Entry; spark: SparkPoint[] }>
export type Attention = From<'Attention', { kind: 'result' | 'goal' | 'vaccine' | 'careplan'; entry: Entry }>
export type PatientInfo = From<'Patient', {
  languages?: Schemas['Language'][]
  phones?: string[]
  emails?: string[]
  identifiers?: Identifier[]
}>
export type Chart = From<'Chart', {
  patient: PatientInfo
  view: From<'ViewInfo', { sees: Category[] }>
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
  team: Schemas['Member'][]
}>

export type TrendPoint = From<'TrendPoint', { meaning?: Meaning; parts?: ValuePart[] }>
export type TrendEvent = Schemas['TrendEvent']
export type Trend = From<'Trend', { points: TrendPoint[]; events: TrendEvent[] }>

export type Document = Schemas['Document']
export type Note = Schemas['Note']
export type Detail = Schemas['Line']
export type EntryDetail = From<'Detail', { entry: Entry; related: Entry[]; note: Note[]; details: Detail[] }>

export type AccessAction = 'read' | 'search' | 'create' | 'update' | 'delete' | 'export' | 'login' | 'refused'
export type AccessRow = From<'AccessRow', { role: 'self' | 'proxy' | Role | 'system' | 'app' | 'link' | 'guest'; action: AccessAction; what: Category[] }>
export type Integrity = Schemas['Integrity']
export type AccessPage = From<'AccessPage', { items: AccessRow[] }>

export type GrantPower = 'messages' | 'scheduling' | 'medicines' | 'documents' | 'visits' | 'share'
type Given = { sees: Category[]; hides: string[]; can: GrantPower[] }
export type Grant = From<'Grant', Given>
export type Offer = From<'Offer', Given>
/** With the secret of its link, which is shown this once. */
export type NewOffer = From<'Invitation', Given>
export type Invited = From<'Invited', Given>
export type Guest = Schemas['Guest']
export type Block = Schemas['Block']
export type Blocks = From<'Blocks', { items: Block[] }>
export type AccessRequest = Schemas['AccessRequest']
export type ClinicRequest = Schemas['ClinicRequest']
export type SubjectGrant = From<'SubjectGrant', Given>
export type Subject = From<'Subject', { grant?: SubjectGrant }>

export type Me = From<'Me', {
  account: From<'Account', { roles: Role[] }>
  people: Subject[]
  /** The client always comes with a session, never with an access token. */
  session: Schemas['Session']
}>

export type SessionLife = Schemas['Life']
export type Device = Schemas['Place']
export type AppLine = Schemas['AppLine']
export type AppAsks = From<'AppAsks', { lines: AppLine[]; people: Schemas['AppPerson'][] }>
export type ConnectedApp = From<'ConnectedApp', { lines: AppLine[] }>
export type AppRead = From<'AppRead', { action: AccessAction; what: Category[] }>
export type Passkey = Schemas['Passkey']
export type OtherWay = Schemas['OtherWay']
export type TotpSetup = Schemas['Enrollment']
export type PublicKeyOptions = Record<string, unknown>

export type ClinicPatient = From<'ClinicPatient', { identifiers: Identifier[] }>
export type HealthCheck = Schemas['Check']

// The steps of a sign-in are no part of the API.
export interface SignInStep { next?: string; step?: 'totp' | 'passkey' | 'make'; totp?: TotpSetup; only?: boolean }
export interface SignInOptions extends SignInStep {
  clinic: { name: string; phone?: string }
  methods: ('passkey' | 'password')[]
  issuers?: { id: string; name: string }[]
  app?: { name: string }
  loginHint?: string
}

// The paths, in the form that openapi-fetch reads: asked as the server says, answered in the shapes above.
type Made<O> = O extends { responses: { 201: { content: { 'application/json': infer T } } } } ? T : unknown
type Said<O> = O extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : unknown
type Op<O, T extends Said<O> = Said<O>> = Omit<O, 'responses'> & {
  responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } }
}
export type Get<P extends keyof ServerPaths, T extends Said<ServerPaths[P]['get']> = Said<ServerPaths[P]['get']>> = { get: Op<ServerPaths[P]['get'], T> }
export type Post<P extends keyof ServerPaths, T extends Said<NonNullable<ServerPaths[P]['post']>>> = { post: Op<NonNullable<ServerPaths[P]['post']>, T> }
/** What makes something answers with it. */
export type Create<P extends keyof ServerPaths, T extends Made<NonNullable<ServerPaths[P]['post']>> = Made<NonNullable<ServerPaths[P]['post']>>> = {
  post: Omit<NonNullable<ServerPaths[P]['post']>, 'responses'> & { responses: { 201: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
}
export type Do<P extends keyof ServerPaths, M extends 'post' | 'patch' | 'delete'> = { [K in M]: Op<NonNullable<ServerPaths[P][K]>> }

export interface paths {
  '/me': Get<'/me', Me> & Do<'/me', 'patch'>
  '/me/sessions': Get<'/me/sessions', Page<Device>>
  '/me/sessions/{id}': Do<'/me/sessions/{id}', 'delete'>
  '/me/apps': Get<'/me/apps', Page<ConnectedApp>>
  '/me/apps/{id}': Do<'/me/apps/{id}', 'patch' | 'delete'>
  '/me/apps/{id}/reads': Get<'/me/apps/{id}/reads', Page<AppRead>>
  '/consents/{request}': Get<'/consents/{request}', AppAsks> & Do<'/consents/{request}', 'post'>
  '/me/passkeys': Get<'/me/passkeys', Page<Passkey>>
  '/me/passkeys/begin': Do<'/me/passkeys/begin', 'post'>
  '/me/passkeys/finish': Do<'/me/passkeys/finish', 'post'>
  '/me/passkeys/{id}': Do<'/me/passkeys/{id}', 'patch' | 'delete'>
  '/me/outside': Get<'/me/outside', Page<OtherWay>>
  '/me/outside/{id}': Do<'/me/outside/{id}', 'delete'>
  '/me/totp': Get<'/me/totp'> & Do<'/me/totp', 'delete'>
  '/me/totp/begin': Do<'/me/totp/begin', 'post'>
  '/me/totp/finish': Do<'/me/totp/finish', 'post'>
  '/me/recovery-codes': Get<'/me/recovery-codes'> & Do<'/me/recovery-codes', 'post'>
  '/me/address': Get<'/me/address'> & Do<'/me/address', 'post'>
  '/me/address/verify': Do<'/me/address/verify', 'post'>
  '/me/invitations': Do<'/me/invitations', 'post'>
  '/me/password': Do<'/me/password', 'post'>
  '/session/extend': Do<'/session/extend', 'post'>
  '/step-up/passkey/begin': Do<'/step-up/passkey/begin', 'post'>
  '/step-up/passkey/finish': Do<'/step-up/passkey/finish', 'post'>
  '/step-up/totp': Do<'/step-up/totp', 'post'>
  '/step-up/password': Do<'/step-up/password', 'post'>
  '/charts/{patient}': Get<'/charts/{patient}', Chart>
  '/charts/{patient}/timeline': Get<'/charts/{patient}/timeline', Page<Entry>>
  '/charts/{patient}/timeline/search': Post<'/charts/{patient}/timeline/search', Page<Entry>>
  '/charts/{patient}/sections/{category}': Get<'/charts/{patient}/sections/{category}', Page<Entry>>
  '/charts/{patient}/trends/{key}': Get<'/charts/{patient}/trends/{key}', Trend>
  '/charts/{patient}/entries/{type}/{id}': Get<'/charts/{patient}/entries/{type}/{id}', EntryDetail>
  '/charts/{patient}/access': Get<'/charts/{patient}/access', AccessPage>
  '/charts/{patient}/grants': Get<'/charts/{patient}/grants', Page<Grant>>
  '/charts/{patient}/grants/{id}': Do<'/charts/{patient}/grants/{id}', 'delete'>
  '/clinic/patients': Get<'/clinic/patients', Page<ClinicPatient>>
  '/clinic/patients/search': Post<'/clinic/patients/search', Page<ClinicPatient>>
  '/admin/health': Get<'/admin/health', { checks: HealthCheck[] }>
}
