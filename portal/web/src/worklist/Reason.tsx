import { useId } from 'react'
import { useWords } from '../ui/useWords'
import css from './worklist.module.css'

export const shortest = 5

/** Why somebody decides so: kept with the decision. Says what is missing beside the field. */
export function Reason({ value, missing, onChange }: { value: string; missing: boolean; onChange: (value: string) => void }) {
  const { t } = useWords()
  const id = useId()
  return (
    <div className={css.why}>
      <label htmlFor={id}>{t('work.reason')}</label>
      {missing && <p id={`${id}-missing`} role="alert" className={css.error}>{t('work.reasonMissing')}</p>}
      <input id={id} value={value} maxLength={500} aria-invalid={missing || undefined} aria-describedby={missing ? `${id}-missing` : undefined} onChange={(event) => onChange(event.target.value)} />
    </div>
  )
}
