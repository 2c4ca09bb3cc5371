import type { DayItem } from '../booking/types'

export type DayTag = 'signed' | 'draft' | 'ended' | 'live' | 'waiting' | 'cancelled' | 'noshow' | 'booked' | 'arrived' | 'fulfilled'

/** What a visit of the day is, in one word: what somebody has to do with it comes first. */
export function tagOf(item: DayItem): DayTag {
  if (item.status === 'cancelled' || item.status === 'noshow') return item.status
  if (item.note === 'signed') return 'signed'
  if (item.visit === 'waiting' || item.visit === 'live') return item.visit
  if (item.note === 'draft') return 'draft'
  if (item.visit === 'ended') return 'ended'
  return item.status
}

export const toneOf: Record<DayTag, 'plain' | 'look' | 'accent' | 'outline'> = {
  signed: 'plain', draft: 'look', ended: 'look', live: 'accent', waiting: 'accent', cancelled: 'outline', noshow: 'outline', booked: 'outline', arrived: 'outline', fulfilled: 'plain',
}

/** Over, whatever came of it. */
export const isDone = (item: DayItem): boolean => ['signed', 'cancelled', 'noshow', 'fulfilled', 'draft', 'ended'].includes(tagOf(item))
export const wantsNote = (item: DayItem): boolean => ['draft', 'ended'].includes(tagOf(item))
export const isOpen = (item: DayItem): boolean => ['booked', 'arrived'].includes(tagOf(item))

export const minutesSince = (at: string, now: Date): number => Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 60_000))

/** Before which row the line of the present stands; none on another day. */
export function nowLine(items: DayItem[], date: string, today: string, now: Date): number {
  if (date !== today) return -1
  const next = items.findIndex((item) => Date.parse(item.start) > now.getTime() || ((item.visit === 'waiting' || item.visit === 'live') && Date.parse(item.end) > now.getTime()))
  return next === -1 ? items.length : next
}
