/** The date as the server reads it, of three fields in which people type numbers; undefined when there is no such day. */
export function birthOf(month: string, day: string, year: string): string | undefined {
  const [m, d, y] = [month, day, year].map((part) => part.trim())
  if (!/^\d{1,2}$/.test(m ?? '') || !/^\d{1,2}$/.test(d ?? '') || !/^\d{4}$/.test(y ?? '')) return undefined
  const text = `${y}-${m?.padStart(2, '0')}-${d?.padStart(2, '0')}`
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined
}
