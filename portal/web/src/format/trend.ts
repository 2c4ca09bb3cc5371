import type { Range, TrendPoint } from '../api/types'
import { parseWhen } from './date'

export const spans = ['y1', 'y2', 'all'] as const
export type Span = (typeof spans)[number]
const years: Record<Exclude<Span, 'all'>, number> = { y1: 1, y2: 2 }

const timeOfPoint = (point: TrendPoint): number => parseWhen(point.at)?.date.getTime() ?? Number.NaN

/** The points of the last one or two years, counted back from now. Points without a date are left out. */
export function pointsIn(points: TrendPoint[], span: Span, now: Date): TrendPoint[] {
  const dated = points.filter((point) => !Number.isNaN(timeOfPoint(point)))
  if (span === 'all') return dated
  const from = new Date(now)
  from.setUTCFullYear(from.getUTCFullYear() - years[span])
  return dated.filter((point) => timeOfPoint(point) >= from.getTime())
}

/** The shortest span that shows a course; all of it when the values are old. */
export function firstSpan(points: TrendPoint[], now: Date): Span {
  return pointsIn(points, 'y2', now).length >= 2 ? 'y2' : 'all'
}

export type Direction = 'up' | 'down' | 'steady'

/** Where it went between the first and the last value: less than a tenth of the usual range, or of the value, is steady. */
export function directionOf(points: TrendPoint[], range: Range | undefined): Direction | undefined {
  const numbers = points.map((point) => point.number).filter((n): n is number => n !== undefined)
  const first = numbers[0]
  const last = numbers.at(-1)
  if (numbers.length < 2 || first === undefined || last === undefined) return undefined
  const width = range?.low !== undefined && range.high !== undefined ? range.high - range.low : Math.abs(first)
  if (Math.abs(last - first) <= width * 0.1) return 'steady'
  return last > first ? 'up' : 'down'
}

export interface Series { title: string; numbers: (number | null)[]; range?: Range }
export interface PlotData { times: number[]; series: Series[] }

/** What is drawn: one line, or one for each part of a value such as blood pressure. Real time, in seconds. */
export function plotData(points: TrendPoint[], title: string, range: Range | undefined): PlotData {
  const numeric = points.filter((point) => point.number !== undefined || point.parts?.some((part) => part.number !== undefined))
  const times = numeric.map((point) => timeOfPoint(point) / 1000)
  const parts = numeric.at(-1)?.parts ?? []
  if (parts.length > 1) {
    return {
      times,
      series: parts.map((part) => ({
        title: part.title,
        range: part.range,
        numbers: numeric.map((point) => point.parts?.find((other) => other.title === part.title)?.number ?? null),
      })),
    }
  }
  return { times, series: [{ title, range, numbers: numeric.map((point) => point.number ?? null) }] }
}

/** The scale holds every value and the usual range, with air above and below. */
export function scaleOf(series: Series[]): [number, number] {
  const all = series.flatMap((one) => [...one.numbers.filter((n): n is number => n !== null), one.range?.low, one.range?.high])
  const known = all.filter((n): n is number => n !== undefined)
  if (known.length === 0) return [0, 1]
  const low = Math.min(...known)
  const high = Math.max(...known)
  const air = (high - low || Math.abs(high) || 1) * 0.15
  return [low - air, high + air]
}

/** A month's name inside a sentence: Spanish writes it small there, English never does. */
export const inSentence = (month: string, locale: string): string => (locale.startsWith('es') ? month.charAt(0).toLocaleLowerCase('es') + month.slice(1) : month)
