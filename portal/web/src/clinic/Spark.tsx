import type { Range, SparkPoint } from '../api/types'
import { toneOf, type Level } from '../format/meaning'
import { scaleOf } from '../format/trend'
import css from './chart.module.css'

const width = 72
const height = 20

/** The last values as a small line over the usual range; the newest point is marked when it is outside. */
export function Spark({ points, range, level, label }: { points: SparkPoint[]; range?: Range; level: Level; label: string }) {
  if (points.length < 2) return null
  const times = points.map((point) => Date.parse(point.at))
  const first = Math.min(...times)
  const span = Math.max(...times) - first || 1
  const [min, max] = scaleOf([{ title: '', numbers: points.map((point) => point.number), range }])
  const x = (at: number) => 3 + ((at - first) / span) * (width - 6)
  const y = (number: number) => height - 2 - ((number - min) / (max - min)) * (height - 4)
  const top = range?.high !== undefined ? y(range.high) : 0
  const bottom = range?.low !== undefined ? y(range.low) : height
  const last = points.at(-1)!
  const tone = toneOf(level)
  return (
    <svg className={css.spark} viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {(range?.low !== undefined || range?.high !== undefined) && <rect x="0" y={top} width={width} height={Math.max(0, bottom - top)} fill="var(--hc-accent-soft)" />}
      <polyline points={points.map((point, at) => `${x(times[at]!).toFixed(1)},${y(point.number).toFixed(1)}`).join(' ')} fill="none" stroke="var(--hc-ink-2)" strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx={x(Date.parse(last.at))} cy={y(last.number)} r="2.6" fill={tone === 'urgent' ? 'var(--hc-urg-fill)' : tone === 'look' ? 'var(--hc-att-mark)' : 'var(--hc-ink-2)'} />
    </svg>
  )
}
