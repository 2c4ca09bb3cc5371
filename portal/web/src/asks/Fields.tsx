import type { ReactNode } from 'react'
import css from './asks.module.css'

interface FieldProps { id: string; label: string; help?: string; error?: string; value: string; onChange: (value: string) => void; lines?: number; most?: number; short?: boolean }

export function Field({ id, label, help, error, value, onChange, lines = 1, most = 300, short = false }: FieldProps) {
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || undefined
  const same = { id, value, maxLength: most, className: `${css.words} ${short ? css.short : ''}`, 'aria-describedby': described, 'aria-invalid': Boolean(error) || undefined }
  return (
    <div>
      <label htmlFor={id} className={css.label}>{label}</label>
      {help && <p id={`${id}-help`} className={css.help}>{help}</p>}
      {error && <p id={`${id}-error`} className={css.fault}>{error}</p>}
      {lines > 1 ? <textarea {...same} rows={lines} onChange={(event) => onChange(event.target.value)} /> : <input {...same} type="text" inputMode={short ? 'numeric' : undefined} autoComplete="off" onChange={(event) => onChange(event.target.value)} />}
    </div>
  )
}

export function Choices<T extends string>({ legend, name, options, value, onChange, children }: { legend: string; name: string; options: { value: T; label: string; text?: string }[]; value: T; onChange: (value: T) => void; children?: ReactNode }) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className={css.choices}>
        {options.map((option) => (
          <label key={option.value} className={css.choice}>
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span><b>{option.label}</b>{option.text && <span className={css.under}>{option.text}</span>}</span>
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  )
}
