import type { Entry, Meaning, Range, Value } from '../api/types'

/** How far from usual, in words the page can say. */
export type Level =
  | 'usual' | 'littleLow' | 'low' | 'veryLow' | 'littleHigh' | 'high' | 'veryHigh' | 'abnormal' | 'unknown'
export type Tone = 'plain' | 'look' | 'urgent'

// Up to a quarter of the usual range's width beyond its edge is "a little"; with one edge only, a tenth of that edge.
const widthShare = 0.25
const edgeShare = 0.1
// 5.1 + 0.4 is a hair more than 5.5 to a machine.
const hair = 1e-9

function isLittle(number: number, range: Range, side: 'low' | 'high'): boolean {
  const edge = range[side]
  if (edge === undefined) return false
  const far = Math.abs(number - edge)
  if (range.low !== undefined && range.high !== undefined && range.high > range.low) {
    return far <= (range.high - range.low) * widthShare + hair
  }
  return far <= Math.abs(edge) * edgeShare + hair
}

/** The server says which side; the words say how far. Critical is never softened. */
export function levelOf(meaning: Meaning | undefined, number: number | undefined, range: Range | undefined): Level {
  switch (meaning) {
    case 'criticalLow': return 'veryLow'
    case 'criticalHigh': return 'veryHigh'
    case 'low': return number !== undefined && range && isLittle(number, range, 'low') ? 'littleLow' : 'low'
    case 'high': return number !== undefined && range && isLittle(number, range, 'high') ? 'littleHigh' : 'high'
    case 'usual': return 'usual'
    case 'abnormal': return 'abnormal'
    default: return 'unknown'
  }
}

const rank: Record<Level, number> = {
  unknown: 0, usual: 1, abnormal: 2, littleLow: 3, littleHigh: 3, low: 4, high: 4, veryLow: 5, veryHigh: 5,
}

/** A value of several parts means what its part farthest from usual means. */
export function levelOfValue(meaning: Meaning | undefined, value: Value | undefined, range: Range | undefined): Level {
  const own = levelOf(meaning, value?.number, range)
  const parts = (value?.parts ?? []).map((part) => levelOf(part.meaning, part.number, part.range))
  return parts.reduce((worst, level) => (rank[level] > rank[worst] ? level : worst), own)
}

export const levelOfEntry = (entry: Entry): Level => levelOfValue(entry.meaning, entry.value, entry.range)

export const toneOf = (level: Level): Tone =>
  level === 'veryLow' || level === 'veryHigh' ? 'urgent' : level === 'usual' || level === 'unknown' ? 'plain' : 'look'

export const sideOf = (level: Level): 'low' | 'high' | 'none' =>
  level === 'littleLow' || level === 'low' || level === 'veryLow' ? 'low'
  : level === 'littleHigh' || level === 'high' || level === 'veryHigh' ? 'high'
  : 'none'
