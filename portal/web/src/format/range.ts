import type { Range } from '../api/types'

export type RangeKind = 'both' | 'low' | 'high' | 'text' | 'none'

export function rangeKind(range: Range | undefined): RangeKind {
  if (!range) return 'none'
  if (range.low !== undefined && range.high !== undefined) return 'both'
  if (range.low !== undefined) return 'low'
  if (range.high !== undefined) return 'high'
  return range.text ? 'text' : 'none'
}

/** Where things stand on the bar, in per cent of its width. */
export interface BarLayout {
  lo: number
  hi: number
  at: number
  /** The value lies beyond the bar's end. */
  off: 'left' | 'right' | 'none'
}

const left = 22
const right = 78
const clamp = (n: number, from: number, to: number) => Math.min(to, Math.max(from, n))

/** The usual part always has the same place; the value moves. Beyond its own width to a side it is off the scale. */
export function barLayout(number: number, range: Range): BarLayout | undefined {
  const { low, high } = range
  if (low !== undefined && high !== undefined) {
    if (high <= low) return undefined
    const at = left + ((number - low) / (high - low)) * (right - left)
    return { lo: left, hi: right, at: clamp(at, 2, 98), off: at < 0 ? 'left' : at > 100 ? 'right' : 'none' }
  }
  if (high !== undefined && high > 0) {
    const at = (number / high) * 68
    return { lo: 0, hi: 68, at: clamp(at, 2, 98), off: at > 100 ? 'right' : 'none' }
  }
  if (low !== undefined && low > 0) {
    const at = (number / low) * 32
    return { lo: 32, hi: 100, at: clamp(at, 2, 98), off: at > 100 ? 'right' : 'none' }
  }
  return undefined
}

/** A range's edge as text: no 3.5000000001. */
export const edge = (n: number): string => String(Number(n.toPrecision(6)))
