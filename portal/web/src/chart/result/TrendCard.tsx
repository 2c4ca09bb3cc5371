import { SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Trend, TrendPoint } from '../../api/types'
import { longDate, monthOf, shortDate } from '../../format/date'
import { splitRef } from '../../format/entry'
import { levelOf, levelOfValue, toneOf, type Level } from '../../format/meaning'
import { directionOf, firstSpan, inSentence, plotData, pointsIn, spans, type Span } from '../../format/trend'
import { plainTitle } from '../../format/titles'
import { bareValue, unitWord, valueText } from '../../format/value'
import { Button } from '../../ui/Button'
import { MeaningWord } from '../../ui/MeaningWord'
import { useWords } from '../../ui/useWords'
import css from './result.module.css'

const TrendPlot = lazy(() => import('./TrendPlot'))
const rowsShown = 4
const plotHeight = 236
const densePlotHeight = 190

const valueOf = (point: TrendPoint, unit: string | undefined) => ({ number: point.number, text: point.text, unit, parts: point.parts })
const levelOfPoint = (point: TrendPoint, trend: Trend): Level => levelOfValue(point.meaning, valueOf(point, trend.unit), trend.range)

/** A value over the years: how it went in a sentence, drawn, and always as a table. */
export function TrendCard({ trend, title, patient, dense = false }: { trend: Trend; title: string; patient: string; dense?: boolean }) {
  const { t, locale, clock } = useWords()
  const [span, setSpan] = useState<Span>(() => firstSpan(trend.points, clock.now))
  const [all, setAll] = useState(false)
  const points = useMemo(() => pointsIn(trend.points, span, clock.now), [trend.points, span, clock.now])
  const data = useMemo(() => plotData(points, title, trend.range), [points, title, trend.range])
  const numeric = points.filter((point) => point.number !== undefined || point.parts?.some((part) => part.number !== undefined))
  const direction = directionOf(points, trend.range)
  const newestFirst = [...points].reverse()
  const said = numeric.map((point) =>
    t('result.point', { date: longDate(point.at, locale, clock.zone), value: valueText(valueOf(point, trend.unit)), level: t(`level.${levelOfPoint(point, trend)}`) }),
  )
  const last = numeric.at(-1)
  const outside = (series: number, index: number) => {
    const point = numeric[index]
    const part = data.series.length > 1 ? point?.parts?.find((one) => one.title === data.series[series]?.title) : undefined
    const tone = toneOf(part ? levelOf(part.meaning, part.number, part.range) : point ? levelOf(point.meaning, point.number, trend.range) : 'unknown')
    return tone === 'plain' ? 'no' : tone
  }
  return (
    <section className={css.card} aria-labelledby="over-time">
      <h2 id="over-time">{t('result.over')}</h2>
      {direction && points[0] && <p className="dim">{t(`result.${direction}`, { date: inSentence(monthOf(points[0].at, locale, clock.zone), locale) })}</p>}
      {trend.points.length > 1 && (
        <SegmentedControl
          fullWidth={!dense} className={css.spans} aria-label={t('result.howFar')} value={span} onChange={(value) => setSpan(value as Span)}
          data={spans.map((value) => ({ value, label: t(`result.${value}`) }))}
        />
      )}
      {points.length === 0 ? <p className={css.once}>{t('result.noneInSpan')}</p>
        : points.length === 1 ? <p className={css.once}>{t('result.once')}</p>
        : numeric.length > 1 && last ? (
          <Suspense fallback={<div style={{ height: (dense ? densePlotHeight : plotHeight) + 38 }} />}>
            <TrendPlot
              data={data} events={trend.events ?? []} said={said} height={dense ? densePlotHeight : plotHeight} rangeName={t('range.name')} outside={outside} help={t('result.plotHelp')}
              label={t('result.plotLabel', {
                count: numeric.length, title, from: longDate(numeric[0]?.at, locale, clock.zone), to: longDate(last.at, locale, clock.zone),
                last: valueText(valueOf(last, trend.unit)), level: t(`level.${levelOfPoint(last, trend)}`).toLowerCase(),
              })}
              eventName={(event) => t(`result.event.${event.kind}`, { title: plainTitle(event.title) })}
              monthOf={(seconds) => monthOf(new Date(seconds * 1000).toISOString(), locale, clock.zone)}
            />
          </Suspense>
        ) : null}
      {points.length > 0 && (
        <>
          <table className={css.table}>
            <caption className="sr">{t('result.table')}</caption>
            <thead>
              <tr><th scope="col">{t('result.date')}</th><th scope="col">{unitWord(trend.unit ?? trend.points.at(-1)?.parts?.[0]?.unit) || t('result.value')}</th><th scope="col">{t('result.compared')}</th></tr>
            </thead>
            <tbody>
              {newestFirst.slice(0, all ? undefined : rowsShown).map((point) => (
                <tr key={point.ref + point.at}>
                  <td><PointLink point={point} patient={patient} dense={dense}>{shortDate(point.at, locale, clock.zone)}</PointLink></td>
                  <td>{bareValue(valueOf(point, undefined))}</td>
                  <td><MeaningWord level={levelOfPoint(point, trend)} /></td>
                </tr>
              ))}
            </tbody>
          </table>
          {points.length > rowsShown && !all && (
            <Button variant="subtle" wide onClick={() => setAll(true)} className="no-print">{t('showAll', { count: points.length })}</Button>
          )}
        </>
      )}
    </section>
  )
}

function PointLink({ point, patient, dense, children }: { point: TrendPoint; patient: string; dense: boolean; children: string }) {
  const { type, id } = splitRef(point.ref)
  return dense ? <Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient, type, id }}>{children}</Link>
    : <Link to="/p/$patient/entries/$type/$id" params={{ patient, type, id }}>{children}</Link>
}
