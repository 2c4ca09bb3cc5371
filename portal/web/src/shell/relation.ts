import type { en } from '../i18n/en'

export type Relation = keyof typeof en.relation

const known: Record<string, Relation> = {
  self: 'self', mother: 'mother', father: 'father', parent: 'parent', child: 'child', son: 'son', daughter: 'daughter', spouse: 'spouse',
  wife: 'spouse', husband: 'spouse', partner: 'partner', sibling: 'sibling', sister: 'sibling', brother: 'sibling', grandparent: 'grandparent',
  grandmother: 'grandparent', grandfather: 'grandparent', guardian: 'guardian', MTH: 'mother', FTH: 'father', PRN: 'parent', CHILD: 'child',
  SONC: 'son', DAUC: 'daughter', SPS: 'spouse', WIFE: 'spouse', HUSB: 'spouse', DOMPART: 'partner', SIB: 'sibling', GRPRN: 'grandparent', GUARD: 'guardian',
}

/** A recorded relation in the words we have; whatever else it is, the sentence still holds. */
export const relationOf = (relation: string | undefined): Relation => known[relation ?? ''] ?? 'other'
