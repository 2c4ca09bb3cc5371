import type { en } from '../i18n/en'

export type Relation = keyof typeof en.relation

const known: Record<string, Relation> = {
  self: 'self', mother: 'mother', father: 'father', parent: 'parent', child: 'child', son: 'son', daughter: 'daughter', spouse: 'spouse',
  wife: 'wife', husband: 'husband', partner: 'partner', sibling: 'sibling', sister: 'sister', brother: 'brother', friend: 'friend', grandparent: 'grandparent',
  grandmother: 'grandparent', grandfather: 'grandparent', guardian: 'guardian', MTH: 'mother', FTH: 'father', PRN: 'parent', CHILD: 'child',
  SONC: 'son', DAUC: 'daughter', SPS: 'spouse', WIFE: 'wife', HUSB: 'husband', BRO: 'brother', SIS: 'sister', FRND: 'friend', DOMPART: 'partner', SIB: 'sibling', GRPRN: 'grandparent', GUARD: 'guardian',
}

/** A recorded relation in the words we have; whatever else it is, the sentence still holds. */
export const relationOf = (relation: string | undefined): Relation => known[relation ?? ''] ?? 'other'
