/** The last moment at which a message may be meant to go. */
export const furthest = (now: number): number => now + 90 * 86_400_000

/** The value of a field for day and time, in the reader's own zone. */
export function localTime(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Eight in the morning that comes next: what is put off at night is mostly meant for then. */
export function nextMorning(now: Date): Date {
  const at = new Date(now)
  at.setHours(8, 0, 0, 0)
  if (at <= now) at.setDate(at.getDate() + 1)
  return at
}
