import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './Button'
import css from './state.module.css'

const slowMs = 8000

/** Quiet boxes of the final size; after eight seconds a sentence and a way out. */
export function Skeleton({ heights, onRetry }: { heights: number[]; onRetry?: () => void }) {
  const { t } = useTranslation()
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = window.setTimeout(() => setSlow(true), slowMs)
    return () => window.clearTimeout(timer)
  }, [])
  return (
    <div className={css.skeleton} role="status" aria-busy="true">
      <span className="sr">{t('loading')}</span>
      {slow && (
        <div className={css.slow}>
          <span>{t('slow')}</span>
          {onRetry && <Button variant="default" onClick={onRetry}>{t('tryAgain')}</Button>}
        </div>
      )}
      {heights.map((height, at) => <div key={at} className={css.block} style={{ height }} />)}
    </div>
  )
}
