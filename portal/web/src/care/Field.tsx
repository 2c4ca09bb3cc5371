import { useId, type InputHTMLAttributes, type ReactNode } from 'react'
import css from './care.module.css'

interface FieldProps { id?: string; label: string; hint?: string; error?: string; children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode }

/** A label over what is filled in, and beside it what is missing. */
export function Field({ id: given, label, hint, error, children }: FieldProps) {
  const made = useId()
  const id = given ?? made
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      {hint && <p id={`${id}-hint`} className="dim small">{hint}</p>}
      {error && <p id={`${id}-error`} role="alert" className={css.error}>{error}</p>}
      {children({ id, ...(about && { 'aria-describedby': about }), ...(error && { 'aria-invalid': true as const }) })}
    </div>
  )
}

interface LineFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> { label: string; hint?: string; error?: string; value: string; onValue: (value: string) => void }

export function LineField({ id, label, hint, error, onValue, ...rest }: LineFieldProps) {
  return <Field id={id} label={label} hint={hint} error={error}>{(ids) => <input {...ids} autoComplete="off" {...rest} onChange={(event) => onValue(event.target.value)} />}</Field>
}
