// Where the pages of a visit itself are.
export const visitPath = (visit: { patient: string; id: string }): string => `/p/${visit.patient}/visits/${visit.id}`
export const summaryPath = (visit: { patient: string; id: string }): string => `${visitPath(visit)}/summary`
export const cockpitPath = (visit: { patient: string; id: string; group?: { id?: string } }): string => (visit.group?.id ? `/clinic/groups/${visit.group.id}` : `/clinic/visits/${visit.patient}/${visit.id}`)
/** The fragment with which the cockpit opens and lets the patient in at once. */
export const lettingIn = 'let-in'
