import type { ReactNode } from 'react'
import css from './invite.module.css'

interface Props<T extends string> { type: 'radio' | 'checkbox'; legend: string; options: { value: T; label: ReactNode }[]; chosen: T[]; onChange: (value: T) => void; id?: string; error?: string }

/** One or several of a few words. */
export function Choices<T extends string>({ type, legend, options, chosen, onChange, id, error }: Props<T>) {
  return (
    <fieldset className={css.choices}>
      <legend>{legend}</legend>
      {options.map(({ value, label }, at) => (
        <label key={value}>
          <input type={type} id={at === 0 ? id : undefined} name={legend} value={value} checked={chosen.includes(value)} onChange={() => onChange(value)} />
          {label}
        </label>
      ))}
      {error && <p>{error}</p>}
    </fieldset>
  )
}
