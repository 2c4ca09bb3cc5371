import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import uPlot from 'uplot'
import type { TrendEvent } from '../../api/types'
import type { PlotData } from '../../format/trend'
import { marksOf, plotOptions } from './plotOptions'
import css from './plot.module.css'

export interface TrendPlotProps {
  data: PlotData
  events: TrendEvent[]
  label: string
  help: string
  /** What the reader hears at each point, in the order of the points. */
  said: string[]
  rangeName: string
  eventName(event: TrendEvent): string
  monthOf(seconds: number): string
  outside(series: number, index: number): 'no' | 'look' | 'urgent'
  height: number
}

/** Drawn on a canvas; the arrow keys walk its points and the reader hears each. The table under it holds the same values. */
export default function TrendPlot(props: TrendPlotProps) {
  const scheme = useComputedColorScheme('light')
  const { ref, width } = useElementSize<HTMLDivElement>()
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [at, setAt] = useState(props.said.length - 1)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (!host.current || width === 0) return undefined
    const { data } = latest.current
    const made = new uPlot(plotOptions(latest.current, width, host.current), [data.times, ...data.series.map((one) => one.numbers)], host.current)
    plot.current = made
    return () => {
      made.destroy()
      plot.current = null
    }
    // A new scheme has new colours; the canvas does not know of style sheets.
  }, [width, scheme, props.data, props.height])

  useEffect(() => setAt(props.said.length - 1), [props.said.length])

  const onKeyDown = (event: KeyboardEvent) => {
    const last = props.said.length - 1
    const next = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last }[event.key]
    if (next === undefined) return
    event.preventDefault()
    const to = Math.min(last, Math.max(0, next))
    setAt(to)
    const drawn = plot.current
    const time = props.data.times[to]
    const number = props.data.series[0]?.numbers[to]
    if (drawn && time !== undefined && typeof number === 'number') {
      drawn.setCursor({ left: drawn.valToPos(time, 'x'), top: drawn.valToPos(number, 'y') })
    }
  }

  const marked = marksOf(props)
  return (
    <figure className={css.figure} ref={ref}>
      <div
        className={css.focus} tabIndex={0} role="slider" aria-label={props.label} aria-description={props.help} aria-valuemin={1} aria-valuemax={props.said.length}
        aria-valuenow={at + 1} aria-valuetext={props.said[at]} onKeyDown={onKeyDown} style={{ minHeight: props.height }}
      >
        <div ref={host} aria-hidden="true" />
      </div>
      <p className={css.said} aria-hidden="true">{props.said[at]}</p>
      {marked.length > 0 && (
        <ul className={css.events}>
          {marked.map((event) => <li key={event.kind + event.at + event.title}>{props.monthOf(Date.parse(event.at) / 1000)}: {props.eventName(event)}</li>)}
        </ul>
      )}
    </figure>
  )
}
