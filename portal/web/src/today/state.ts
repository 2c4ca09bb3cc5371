import type { Day, DayGroup, DayItem, DayWaiting } from '../booking/types'

/** Whose day is shown before somebody chooses: a doctor's own. The others of the clinic seldom hold visits, and help with everybody's. */
export const whoseAtFirst = (roles: string[]): 'me' | 'all' => (roles.includes('clinician') ? 'me' : 'all')

export type DayTag = 'signed' | 'draft' | 'ended' | 'live' | 'waiting' | 'cancelled' | 'noshow' | 'booked' | 'arrived' | 'fulfilled' | 'absent'

/** What a visit of the day is, in one word: what somebody has to do with it comes first. */
export function tagOf(item: DayItem): DayTag {
  if (item.status === 'cancelled' || item.status === 'noshow') return item.status
  if (item.note === 'signed') return 'signed'
  if (item.visit === 'waiting' || item.visit === 'live') return item.visit
  if (item.note === 'draft') return 'draft'
  if (item.absent) return 'absent'
  if (item.visit === 'ended') return 'ended'
  return item.status
}

/** As those read it who are shown no notes, which is the front desk: what is over is done, and no note is theirs to write. */
export const withoutNotes = (items: DayItem[]): DayItem[] =>
  items.map((item) => (tagOf(item) === 'ended' ? { ...item, visit: undefined, status: 'fulfilled' } : item))

export const toneOf: Record<DayTag, 'plain' | 'look' | 'accent' | 'outline'> = {
  signed: 'plain', draft: 'look', ended: 'look', live: 'accent', waiting: 'accent', cancelled: 'outline', noshow: 'outline', booked: 'outline', arrived: 'outline', fulfilled: 'plain', absent: 'outline',
}

/** Over, whatever came of it. */
export const isDone = (item: DayItem): boolean => ['signed', 'cancelled', 'noshow', 'fulfilled', 'draft', 'ended', 'absent'].includes(tagOf(item))
export const wantsNote = (item: DayItem): boolean => ['draft', 'ended'].includes(tagOf(item))
export const isOpen = (item: DayItem): boolean => ['booked', 'arrived'].includes(tagOf(item))

export const minutesSince = (at: string, now: Date): number => Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 60_000))

type Timed = Pick<DayItem, 'start' | 'end' | 'visit'>
/** A line of the day: a visit, or a group with those of its members whom the reader sees. */
export type DayLine = Timed & { key: string } & ({ item: DayItem; group?: undefined } | { item?: undefined; group: DayGroup; members: DayItem[] })

/** The day in its order, with one line for each group. */
export function linesOf({ items, groups }: Pick<Day, 'items' | 'groups'>): DayLine[] {
  const known = new Set(groups.map(({ id }) => id))
  const single = items.filter(({ group }) => !group?.id || !known.has(group.id)).map((item): DayLine => ({ key: item.id, start: item.start, end: item.end, visit: item.visit, item }))
  const together = groups.map((group): DayLine => ({ key: group.id, start: group.start, end: group.end, visit: group.visit, group, members: items.filter((item) => item.group?.id === group.id) }))
  return [...single, ...together].sort((a, b) => Date.parse(a.start) - Date.parse(b.start))
}

/** What a group is, in one word; its notes are each member's own. */
export function tagOfGroup(group: DayGroup, members: DayItem[]): DayTag {
  if (group.status === 'cancelled') return 'cancelled'
  if (group.visit === 'live' || group.visit === 'waiting') return group.visit
  if (group.visit !== 'ended') return 'booked'
  const notes = members.map(tagOf)
  return notes.includes('ended') ? 'ended' : notes.includes('draft') ? 'draft' : 'fulfilled'
}
export const isLineDone = (line: DayLine): boolean => (line.group ? line.group.status === 'cancelled' || line.group.visit === 'ended' : isDone(line.item))
export const isKept = (line: DayLine): boolean => (line.group ?? line.item).status !== 'cancelled'

/** Who waits, those of a group together where the first of them stands. */
export function waitingTogether(waiting: DayWaiting[], groups: DayGroup[]): { group?: DayGroup; items: DayWaiting[] }[] {
  const out: { group?: DayGroup; items: DayWaiting[] }[] = []
  for (const item of waiting) {
    const group = groups.find(({ id }) => id === item.group?.id)
    const there = group && out.find((one) => one.group === group)
    if (there) there.items.push(item)
    else out.push({ ...(group && { group }), items: [item] })
  }
  return out
}

/** Before which line of the list that of the present stands; none on another day. */
export function nowLine(items: Timed[], date: string, today: string, now: Date): number {
  if (date !== today) return -1
  const next = items.findIndex((item) => Date.parse(item.start) > now.getTime() || ((item.visit === 'waiting' || item.visit === 'live') && Date.parse(item.end) > now.getTime()))
  return next === -1 ? items.length : next
}
