import type { AccessAction, AccessRow, Category } from '../api/types'

/** The verb of a row: what somebody did, in one of a few plain words. */
export type Deed = 'looked' | 'searched' | 'wrote' | 'changed' | 'removed' | 'took' | 'signedIn' | 'refused'

const deeds: Record<AccessAction, Deed> = {
  read: 'looked', search: 'searched', create: 'wrote', update: 'changed', delete: 'removed', export: 'took', login: 'signedIn', refused: 'refused',
}
export const deedOf = (action: AccessAction): Deed => deeds[action] ?? 'looked'

// Reading a chart touches a dozen kinds; more than this many named ones says less than "your record".
const manyKinds = 5

/** The kinds worth naming; empty when the row is about the record as a whole. */
export function kindsOf(row: AccessRow): Category[] {
  const named = row.what.filter((kind) => kind !== 'other' && kind !== 'demographics')
  if (named.length === 0 && row.what.includes('demographics')) return ['demographics']
  return named.length > manyKinds ? [] : named
}

// HL7 v3 PurposeOfUse codes that a row may carry.
const purposes: Record<string, 'care' | 'emergency' | 'payment' | 'operations' | 'request' | 'family' | 'research' | 'system'> = {
  TREAT: 'care', CAREMGT: 'care', COC: 'care', ETREAT: 'emergency', BTG: 'emergency', HPAYMT: 'payment', HOPERAT: 'operations', HSYSADMIN: 'system',
  PATRQT: 'request', FAMRQT: 'family', HRESCH: 'research', treatment: 'care', care: 'care', 'care-team': 'care', patient: 'request', self: 'request', proxy: 'family', family: 'family',
  emergency: 'emergency', operations: 'operations', payment: 'payment', research: 'research', system: 'system', admin: 'operations', import: 'system',
}
export type Purpose = (typeof purposes)[string]
/** The reason in our words, or nothing when the recorded one is not a code we know. */
export const purposeOf = (purpose: string | undefined): Purpose | undefined => (purpose ? purposes[purpose] : undefined)

/** A row's organisation mark, for somebody outside the family. */
export const isStaff = (role: AccessRow['role']): boolean =>
  role === 'clinician' || role === 'nurse' || role === 'frontdesk' || role === 'admin' || role === 'privacy'

// Parts of the house that write into a record by themselves. They have no name that anybody knows them by.
const parts = ['visits', 'requests', 'recording', 'import', 'invitations'] as const
export type Part = (typeof parts)[number]
/** Which part of the house did it, when it was none of the systems that the clinic named. */
export const partOf = (row: Pick<AccessRow, 'role' | 'who'>): Part | undefined => (row.role === 'system' ? parts.find((part) => part === row.who) : undefined)
