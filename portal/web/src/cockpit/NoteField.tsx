import { useQuery } from '@tanstack/react-query'
import { useRef, type ReactNode } from 'react'
import { useDotPhrases } from '../ui/useDotPhrases'
import { phrasesQuery, type FillPhrase } from './calls'
import css from './note.module.css'

const longest = 20_000

interface FieldProps { id: string; label: string; help?: string; value: string; fill: FillPhrase; onChange(text: string): void; end?: ReactNode }

/** A part of the note. `.name` and a space put a phrase in, with what it names of the chart. */
export function NoteField({ id, label, help, value, fill, onChange, end }: FieldProps) {
  const box = useRef<HTMLTextAreaElement>(null)
  const names = (useQuery(phrasesQuery).data?.items ?? []).map(({ name }) => name)
  const { onKey } = useDotPhrases(names, fill, box)
  return (
    <div className={css.field}>
      <div className={css.label}><label htmlFor={id}>{label}</label>{end}</div>
      {help && <p id={`${id}-help`} className="meta">{help}</p>}
      <textarea id={id} ref={box} rows={2} value={value} maxLength={longest} aria-describedby={help ? `${id}-help` : undefined} onKeyDown={onKey} onChange={(event) => onChange(event.target.value)} />
    </div>
  )
}
