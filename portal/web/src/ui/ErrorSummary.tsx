import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/problem'
import { Button } from './Button'
import { Icon } from './Icon'
import css from './state.module.css'

export interface FieldError { field?: string; message: string }

/** Stands over a form that was refused, takes the focus, and links each line to its field. */
export function ErrorSummary({ errors, id }: { errors: FieldError[]; id?: string }) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (errors.length > 0) box.current?.focus()
  }, [errors])
  if (errors.length === 0) return null
  const focus = (field: string) => document.getElementById(field)?.focus()
  return (
    <div className={css.summary} role="alert" tabIndex={-1} ref={box}>
      <h2><Icon name="alert" size={20} />{t('errors.heading')}</h2>
      <ul>
        {errors.map(({ field, message }) => (
          <li key={`${field}-${message}`}>
            {field ? <a href={`#${field}`} onClick={(event) => { event.preventDefault(); focus(field) }}>{message}</a> : message}
          </li>
        ))}
      </ul>
      {id && <p className="meta">{t('reference', { id })}</p>}
    </div>
  )
}

/** What went wrong, in words; the server's own when it gave some. */
export function useErrorText() {
  const { t } = useTranslation()
  return (error: unknown): string => {
    if (error instanceof ApiError) {
      if (error.unreachable) return t('errors.unreachable')
      if (error.message) return error.message
    }
    return t('errors.general')
  }
}

/** In place of a part that could not be loaded. */
export function LoadError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation()
  const text = useErrorText()
  return (
    <div className={css.loadError} role="alert">
      <h2>{t('errors.load')}</h2>
      <p className="dim">{text(error)}</p>
      <Button variant="default" icon="refresh" onClick={onRetry}>{t('tryAgain')}</Button>
      {error instanceof ApiError && error.id && <p className="meta">{t('reference', { id: error.id })}</p>}
    </div>
  )
}

/** Says in place what was done. */
export function Said({ children }: { children: string }) {
  return <p className={css.said} role="status"><Icon name="check" size={20} />{children}</p>
}
