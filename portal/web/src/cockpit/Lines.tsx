import { useWords } from '../ui/useWords'
import type { Visit, VisitLine } from '../visits/types'
import css from './video.module.css'

const minutesOf = (seconds: number) => Math.max(1, Math.round(seconds / 60))

/** How everybody's line was in a visit that is over: what happened in words, and the figures for who helps them. */
export function Lines({ visit }: { visit: Visit }) {
  const { t } = useWords()
  const { lines = [] } = visit
  if (lines.length === 0) return null
  return (
    <section className={css.here} aria-label={t('plan.lines.title')}>
      <h2>{t('plan.lines.title')}</h2>
      {lines.map((line) => <Line key={line.seat} line={line} />)}
    </section>
  )
}

function Line({ line }: { line: VisitLine }) {
  const { t } = useWords()
  const poor = line.poorSeconds >= 30
  const words = [
    poor ? t('plan.lines.poor', { count: minutesOf(line.poorSeconds), of: minutesOf(line.seconds) }) : t('plan.lines.good'),
    line.onlySoundSeconds >= 10 && t('plan.lines.onlySound', { count: minutesOf(line.onlySoundSeconds) }),
    line.freezes > 0 && t('plan.lines.freezes', { count: line.freezes }),
    line.breaks > 0 && t('plan.lines.breaks', { count: line.breaks }),
  ].filter(Boolean)
  return (
    <div className={css.line}>
      <p><b>{line.name}</b></p>
      <p>{words.join(' ')}</p>
      <details>
        <summary>{t('plan.lines.figures')}<span className="sr"> {line.name}</span></summary>
        <dl>
          <Figure name={t('plan.lines.time')} value={t('plan.lines.minutes', { count: minutesOf(line.seconds) })} />
          <Figure name={t('plan.lines.lost')} value={t('plan.lines.lostOf', { out: line.lostOut, in: line.lostIn })} />
          <Figure name={t('plan.lines.delay')} value={t('plan.lines.delayOf', { mean: line.delayMs, worst: line.worstDelayMs })} />
          <Figure name={t('plan.lines.jitter')} value={`${line.jitterMs} ms`} />
          <Figure name={t('plan.lines.pictures')} value={t('plan.lines.picturesOf', { large: line.largePercent, small: line.smallPercent, held: line.heldPercent })} />
          <Figure name={t('plan.lines.way')} value={t(line.way === 'relay' ? 'plan.lines.relay' : 'plan.lines.direct', { over: line.over.toUpperCase() })} />
        </dl>
      </details>
    </div>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return <><dt>{name}</dt><dd>{value}</dd></>
}
