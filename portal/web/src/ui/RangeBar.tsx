import type { CSSProperties } from 'react'
import type { Range } from '../api/types'
import { sideOf, toneOf, type Level } from '../format/meaning'
import { barLayout, edge, rangeKind } from '../format/range'
import css from './range.module.css'
import { useWords, type Words } from './useWords'

/** "Usual: 3.5 to 5.1", or that the lab gives none. */
export function rangeText(range: Range | undefined, t: Words['t']): string {
  switch (rangeKind(range)) {
    case 'both': return t('range.both', { low: edge(range!.low!), high: edge(range!.high!) })
    case 'low': return t('range.low', { low: edge(range!.low!) })
    case 'high': return t('range.high', { high: edge(range!.high!) })
    case 'text': return t('range.text', { text: range!.text ?? '' })
    default: return t('range.none')
  }
}

interface RangeBarProps { number?: number; shown: string; range?: Range; level: Level; mini?: boolean }

/** The usual part always has the same place and the value moves, so that two bars compare at a glance. */
export function RangeBar({ number, shown, range, level, mini = false }: RangeBarProps) {
  const { t } = useWords()
  const layout = number !== undefined && range ? barLayout(number, range) : undefined
  const usual = rangeText(range, t)
  if (!layout) {
    if (mini) return null
    return <p className={css.none}>{rangeKind(range) === 'none' ? t('range.none') : usual}</p>
  }
  const sentence = t('range.sentence', { value: shown, level: t(`level.${level}`), range: usual })
  const style = { '--lo': `${layout.lo}%`, '--hi': `${layout.hi}%`, '--at': `${layout.at}%` } as CSSProperties
  const edgeSide = layout.at > 82 ? 'end' : layout.at < 18 ? 'start' : 'mid'
  return (
    <div className={css.range} data-mini={mini || undefined} data-side={sideOf(level)} data-tone={toneOf(level)} data-off={layout.off} style={style} role="img" aria-label={sentence}>
      {!mini && <span className={css.pin} data-edge={edgeSide}>{shown}</span>}
      <div className={css.bar} />
      <span className={css.needle} />
      {!mini && (
        <div className={css.ends}>
          {layout.lo > 0 && <span className={css.low}>{t('range.lowEnd')}</span>}
          <span className={css.usual}>{usual}</span>
          {layout.hi < 100 && <span className={css.high}>{t('range.highEnd')}</span>}
        </div>
      )}
    </div>
  )
}
