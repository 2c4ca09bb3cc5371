import type { ReactNode } from 'react'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'

/** A table of the chart with its name; says so when nothing is recorded. */
export function Panel({ title, count, empty, children }: { title: string; count?: number; empty: boolean; children: ReactNode }) {
  const { t } = useWords()
  return (
    <section className={css.panel} aria-label={title}>
      <h2>{title}{count ? <span className="meta">{count}</span> : null}</h2>
      {empty ? <p className={css.nothing}>{t('clinic.noneRecorded')}</p> : children}
    </section>
  )
}
