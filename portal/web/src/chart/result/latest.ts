import type { Entry, Trend } from '../../api/types'

/** The newest value of a kind of result as an entry, from the trend alone: enough to draw at once. */
export function latestOf(trend: Trend): Entry | undefined {
  const last = trend.points.at(-1)
  if (!last) return undefined
  return {
    ref: last.ref, section: 'results', kind: 'Observation', title: trend.title, at: last.at, active: true, sources: [], code: trend.code, range: trend.range, meaning: last.meaning,
    value: { number: last.number, text: last.text, unit: trend.unit, parts: last.parts },
  }
}
