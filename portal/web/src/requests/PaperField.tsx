import { isPaper, largestPaper } from './calls'
import css from './requests.module.css'

/** Which word says what is wrong with a file; a photo is made smaller before it is sent. */
export const paperFault = (file: File): 'ask.needPaper' | 'ask.tooBig' | undefined =>
  !isPaper(file) ? 'ask.needPaper' : file.type === 'application/pdf' && file.size > largestPaper ? 'ask.tooBig' : undefined

/** A photo or a PDF from the device. */
export function PaperField({ id, label, help, onFile, error }: { id: string; label: string; help: string; onFile: (file: File | undefined) => void; error?: string }) {
  return (
    <div className={css.paper}>
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-help`} className="meta">{help}</p>
      {error && <p id={`${id}-error`} role="alert" className={css.error}>{error}</p>}
      <input id={id} type="file" accept="image/*,application/pdf" aria-describedby={[`${id}-help`, error && `${id}-error`].filter(Boolean).join(' ')} aria-invalid={Boolean(error) || undefined} onChange={(event) => onFile(event.target.files?.[0])} />
    </div>
  )
}
