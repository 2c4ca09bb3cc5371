import type { DayItem } from '../booking/types'

/** Whose day somebody may say is late. */
export interface LateOf { /** Of the practitioner; '' of the reader. */ id: string; name: string; behind: number }

/** Visits that wait for their clinician, or are still to come. */
const toCome = ({ mode, status, visit }: DayItem) => mode === 'video' && status !== 'cancelled' && (visit === 'scheduled' || visit === 'waiting')

/**
 * The clinicians of the day who have somebody to tell, by name; the reader's own day first, where they have one. A day that
 * lists only the reader's own visits is about nobody else.
 */
export function lateDays(items: DayItem[], reader: { practitioner?: string; holds: boolean; alone: boolean }): LateOf[] {
  const own: LateOf = { id: '', name: '', behind: 0 }
  let sees = reader.alone
  const others = new Map<string, LateOf>()
  for (const item of items.filter(toCome)) {
    const { id, name } = item.practitioner
    const mine = reader.alone || id === reader.practitioner
    if (!mine && !others.has(id)) others.set(id, { id, name, behind: 0 })
    const one = mine ? own : others.get(id)!
    one.behind = Math.max(one.behind, item.behindMinutes ?? 0)
    if (mine) sees = true
  }
  const named = [...others.values()].sort((a, b) => a.name.localeCompare(b.name))
  return reader.holds && (sees || named.length === 0) ? [own, ...named] : named
}
