import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './booking.module.css'
import type { Practitioner, VisitMode } from './types'

const ways: VisitMode[] = ['video', 'clinic']

export function How({ value, onChange }: { value: VisitMode; onChange: (mode: VisitMode) => void }) {
  const { t } = useWords()
  return (
    <fieldset>
      <legend>{t('book.how')}</legend>
      <div className={`${css.choices} ${css.two}`}>
        {ways.map((mode) => (
          <label key={mode} className={css.choice}>
            <input type="radio" name="how" value={mode} checked={value === mode} onChange={() => onChange(mode)} />
            <Icon name={mode === 'video' ? 'video' : 'building'} size={20} />
            {t(`book.${mode}`)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Everybody at once comes first: most people want the earliest time more than a name. */
export function Who({ people, value, onChange }: { people: Practitioner[]; value: string; onChange: (id: string) => void }) {
  const { t } = useWords()
  if (people.length < 2) return null
  return (
    <fieldset>
      <legend>{t('book.who')}</legend>
      <div className={css.choices}>
        <label className={css.choice}>
          <input type="radio" name="who" value="" checked={value === ''} onChange={() => onChange('')} />
          <span><b>{t('book.anyone')}</b><span className="meta">{t('book.anyoneText')}</span></span>
          <span className={css.mark} aria-hidden="true"><Icon name="check" size={14} strokeWidth={2.5} /></span>
        </label>
        {people.map((person) => (
          <label key={person.id} className={css.choice}>
            <input type="radio" name="who" value={person.id} checked={value === person.id} onChange={() => onChange(person.id)} />
            <Face name={person.name} size="s" />
            <span><b>{person.name}</b><span className="meta">{person.role}</span></span>
            <span className={css.mark} aria-hidden="true"><Icon name="check" size={14} strokeWidth={2.5} /></span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
