/** What somebody wrote about a visit that is not booked yet: kept while the client is open, on no disk. */
const kept = new Map<string, string>()

export const reasonOf = (patient: string): string => kept.get(patient) ?? ''
export function keepReason(patient: string, reason: string): void {
  if (reason) kept.set(patient, reason)
  else kept.delete(patient)
}
