import type { Category, Entry } from '../api/types'

/** "Observation/uuid" in its two halves. */
export function splitRef(ref: string): { type: string; id: string } {
  const at = ref.indexOf('/')
  return at < 0 ? { type: ref, id: '' } : { type: ref.slice(0, at), id: ref.slice(at + 1) }
}

/** The parts of a record a reader can open by kind, in the order they are shown. */
export const sections = [
  'results', 'medicines', 'conditions', 'allergies', 'immunizations', 'vitals', 'visits', 'documents', 'careplan',
] as const
export type Section = (typeof sections)[number]
export const isSection = (text: string): text is Section => (sections as readonly string[]).includes(text)

export const timelineKinds = [
  'everything', 'results', 'visits', 'medicines', 'immunizations', 'documents', 'conditions', 'vitals',
] as const
export type TimelineKind = (typeof timelineKinds)[number]
export const isTimelineKind = (text: string): text is TimelineKind => (timelineKinds as readonly string[]).includes(text)

/** Which section of the record must be visible for a timeline filter to be offered. */
export const categoryOfKind = (kind: TimelineKind): Category | undefined => (kind === 'everything' ? undefined : kind)

export interface MonthGroup { month: string; entries: Entry[] }

/** Runs of entries of the same month; the order of the list is kept. */
export function groupByMonth(entries: Entry[], month: (at: string | undefined) => string): MonthGroup[] {
  const groups: MonthGroup[] = []
  for (const entry of entries) {
    const name = month(entry.at)
    const last = groups.at(-1)
    if (last && last.month === name) last.entries.push(entry)
    else groups.push({ month: name, entries: [entry] })
  }
  return groups
}

/** What is going on first, then what is over; the server's order inside both. */
export function splitActive(entries: Entry[]): { now: Entry[]; before: Entry[] } {
  return { now: entries.filter((entry) => entry.active), before: entries.filter((entry) => !entry.active) }
}
