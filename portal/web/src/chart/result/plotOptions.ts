import type uPlot from 'uplot'
import { edge } from '../../format/range'
import { scaleOf } from '../../format/trend'
import type { TrendPlotProps } from './TrendPlot'

interface Colours { ink: string; ink3: string; surface: string; soft: string; softInk: string; edge: string; look: string; urgent: string; strong: string; font: string }

function coloursOf(host: HTMLElement): Colours {
  const style = getComputedStyle(host)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    ink: read('--hc-ink'), ink3: read('--hc-ink-3'), surface: read('--hc-surface'), soft: read('--hc-accent-soft'), softInk: read('--hc-accent-ink'),
    edge: read('--hc-accent-edge'), look: read('--hc-att-mark'), urgent: read('--hc-urg-fill'), strong: read('--hc-line-strong'), font: style.fontFamily,
  }
}

const pointRadius = 4.5
const crowded = 40

/** The changes of medicines that the drawing marks and the list under it names. */
export function marksOf({ data, events }: TrendPlotProps): TrendPlotProps['events'] {
  const first = data.times[0] ?? 0
  const last = data.times.at(-1) ?? 1
  return events.slice(0, 4).filter((event) => {
    const seconds = Date.parse(event.at) / 1000
    return seconds > first && seconds < last
  })
}

/** Everything of the drawing that is not React: range shaded and named, ink line, hollow points, diamonds outside. */
export function plotOptions(props: TrendPlotProps, width: number, host: HTMLElement): uPlot.Options {
  const colour = coloursOf(host)
  const { data } = props
  const [min, max] = scaleOf(data.series)
  const font = `14px ${colour.font}`
  const bold = `600 14px ${colour.font}`
  const many = data.times.length > crowded
  const first = data.times[0] ?? 0
  const last = data.times.at(-1) ?? 1
  const span = last - first || 86_400
  const ratio = window.devicePixelRatio || 1
  const withFont = (ctx: CanvasRenderingContext2D, name: string) => {
    ctx.font = name.replace('14px', `${14 * ratio}px`)
  }

  function shade(u: uPlot): void {
    const { ctx, bbox } = u
    ctx.save()
    data.series.forEach((one, at) => {
      const { low, high } = one.range ?? {}
      if (low === undefined && high === undefined) return
      const top = high === undefined ? bbox.top : u.valToPos(high, 'y', true)
      const bottom = low === undefined ? bbox.top + bbox.height : u.valToPos(low, 'y', true)
      ctx.fillStyle = colour.soft
      ctx.fillRect(bbox.left, top, bbox.width, bottom - top)
      ctx.strokeStyle = colour.edge
      ctx.lineWidth = 1.5 * ratio
      for (const [value, y] of [[high, top], [low, bottom]] as const) {
        if (value === undefined) continue
        ctx.beginPath()
        ctx.moveTo(bbox.left, y)
        ctx.lineTo(bbox.left + bbox.width, y)
        ctx.stroke()
      }
      if (at === 0) {
        withFont(ctx, bold)
        ctx.fillStyle = colour.softInk
        ctx.textAlign = 'left'
        ctx.textBaseline = 'bottom'
        if (bottom - top > 24 * ratio) ctx.fillText(props.rangeName, bbox.left + 10 * ratio, bottom - 6 * ratio)
      }
    })
    ctx.restore()
  }

  function marks(u: uPlot): void {
    const { ctx, bbox } = u
    ctx.save()
    withFont(ctx, font)
    for (const event of marksOf(props)) {
      const seconds = Date.parse(event.at) / 1000
      const x = u.valToPos(seconds, 'x', true)
      ctx.strokeStyle = colour.strong
      ctx.lineWidth = ratio
      ctx.setLineDash([3 * ratio, 4 * ratio])
      ctx.beginPath()
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
      ctx.setLineDash([])
      const text = props.eventName(event)
      const room = ctx.measureText(text).width
      const toLeft = x - bbox.left > room + 8 * ratio
      if (!toLeft && bbox.left + bbox.width - x < room + 8 * ratio) continue
      ctx.fillStyle = colour.ink3
      ctx.textAlign = toLeft ? 'right' : 'left'
      ctx.textBaseline = 'top'
      ctx.fillText(text, x + (toLeft ? -7 : 7) * ratio, bbox.top)
    }
    ctx.restore()
  }

  function points(u: uPlot): void {
    const { ctx } = u
    ctx.save()
    data.series.forEach((one, series) => {
      const final = one.numbers.findLastIndex((n) => n !== null)
      one.numbers.forEach((number, index) => {
        const time = data.times[index]
        if (number === null || time === undefined) return
        const outside = props.outside(series, index)
        if (many && outside === 'no' && index !== final) return
        const x = u.valToPos(time, 'x', true)
        const y = u.valToPos(number, 'y', true)
        const r = pointRadius * ratio
        ctx.beginPath()
        if (outside === 'no') {
          ctx.arc(x, y, r, 0, 2 * Math.PI)
          ctx.fillStyle = colour.surface
          ctx.fill()
          ctx.strokeStyle = colour.ink
          ctx.lineWidth = 2.25 * ratio
          ctx.stroke()
        } else {
          const d = (many ? 5 : 7) * ratio
          ctx.moveTo(x, y - d)
          ctx.lineTo(x + d, y)
          ctx.lineTo(x, y + d)
          ctx.lineTo(x - d, y)
          ctx.closePath()
          ctx.fillStyle = outside === 'urgent' ? colour.urgent : colour.look
          ctx.fill()
          ctx.strokeStyle = colour.surface
          ctx.lineWidth = 1.5 * ratio
          ctx.stroke()
        }
      })
    })
    ctx.restore()
  }

  /** The last value of each line, above every point that stands where it is written. */
  function finals(u: uPlot): void {
    const { ctx } = u
    ctx.save()
    ctx.font = `650 ${16 * ratio}px ${colour.font}`
    ctx.textAlign = 'right'
    ctx.textBaseline = 'bottom'
    ctx.lineWidth = 4 * ratio
    ctx.lineJoin = 'round'
    ctx.strokeStyle = colour.surface
    ctx.fillStyle = colour.ink
    for (const one of data.series) {
      const final = one.numbers.findLastIndex((n) => n !== null)
      const number = one.numbers[final]
      const time = data.times[final]
      if (number === undefined || number === null || time === undefined) continue
      const x = u.valToPos(time, 'x', true) + 10 * ratio
      const text = edge(number)
      const left = x - ctx.measureText(text).width - 6 * ratio
      const near = one.numbers.flatMap((n, index) => (n !== null && u.valToPos(data.times[index] ?? 0, 'x', true) >= left ? [u.valToPos(n, 'y', true)] : []))
      const y = Math.max(Math.min(...near) - 10 * ratio, 18 * ratio)
      ctx.strokeText(text, x, y)
      ctx.fillText(text, x, y)
    }
    ctx.restore()
  }

  // The first and the last month stand at the edges of the plot, so that neither is cut off.
  function ends(u: uPlot): void {
    const { ctx, bbox } = u
    ctx.save()
    withFont(ctx, font)
    ctx.fillStyle = colour.ink3
    ctx.textBaseline = 'top'
    const y = bbox.top + bbox.height + 12 * ratio
    ctx.textAlign = 'left'
    ctx.fillText(props.monthOf(first), bbox.left, y)
    ctx.textAlign = 'right'
    ctx.fillText(props.monthOf(last), bbox.left + bbox.width, y)
    ctx.restore()
  }

  const edges = [...new Set(data.series.flatMap((one) => [one.range?.low, one.range?.high]).filter((n): n is number => n !== undefined))].sort((a, b) => a - b)
  const numbers = data.series.flatMap((one) => one.numbers.filter((n): n is number => n !== null))
  const ySplits = edges.length > 0 ? edges : [Math.min(...numbers), Math.max(...numbers)]
  // Two edges too near for two lines of text: the lower one's line is drawn, and the table says it.
  const apart = (splits: number[], at: number): boolean => at === splits.length - 1 || ((splits[at + 1] ?? 0) - (splits[at] ?? 0)) / (max - min) > 18 / (props.height - 64)
  return {
    width,
    height: props.height,
    padding: [30, 16, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 12, width: 2, stroke: colour.ink, fill: colour.surface }, x: true, y: false },
    scales: { x: { time: true, range: [first - span * 0.02, last + span * 0.02] }, y: { range: [min, max] } },
    axes: [
      { stroke: colour.ink3, font, grid: { show: false }, ticks: { show: false }, size: 34, gap: 10, values: () => [] },
      { stroke: colour.ink3, font, grid: { show: false }, ticks: { show: false }, size: 44, gap: 8, splits: () => [...new Set(ySplits)], values: (_, splits) => splits.map((value, at) => (apart(splits, at) ? edge(value) : '')) },
    ],
    series: [{}, ...data.series.map(() => ({ stroke: colour.ink, width: 2.25, points: { show: false }, spanGaps: true }))],
    hooks: { drawClear: [shade, marks], draw: [points, finals, ends] },
  }
}
