import type { Words } from '../ui/useWords'

/** What a guest is to the patient, in the words that can be chosen. */
export const guestRelations = ['child', 'parent', 'spouse', 'partner', 'sibling', 'grandchild', 'friend', 'other'] as const

export const guestRelation = (relation: string | undefined, t: Words['t']): string => t(`room.relation.${guestRelations.find((one) => one === relation) ?? 'other'}`)
