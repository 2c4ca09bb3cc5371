import type { Source } from '../api/types'
import { listOf } from '../format/locale'
import { Icon } from './Icon'
import css from './source.module.css'
import { useClinic, useWords } from './useWords'

const shown = 3

/** Where a fact comes from: one place by name, more as a count with their names. */
export function SourceLine({ sources }: { sources: Source[] | undefined }) {
  const { t, locale } = useWords()
  const names = [...new Set((sources ?? []).map((source) => source.name).filter(Boolean))]
  const home = useClinic()?.name
  // That a fact comes from the reader's own clinic goes without saying.
  if (names.length === 0 || (names.length === 1 && names[0] === home)) return null
  return (
    <span className={css.source}>
      <Icon name="building" size={16} />
      <span>{t('record.fromPlaces', { count: names.length, names: listOf(names.slice(0, shown), locale) })}</span>
    </span>
  )
}
