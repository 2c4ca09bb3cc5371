import { Link } from '@tanstack/react-router'
import { type RefObject } from 'react'
import { longDate } from '../format/date'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { usePeople } from '../ui/usePeople'
import { useWords } from '../ui/useWords'
import css from './today.module.css'

const shown = 5

/** Somebody calls: who is it, and on to a time for them. Two marks of a person are shown, so that none is taken for another. */
export function FindPatient({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const { t, locale } = useWords()
  const { typed, setTyped, people: found, answered } = usePeople()
  const people = found.slice(0, shown)
  return (
    <div className={css.finder}>
      <h2 id="find-title">{t('day.find')}</h2>
      <div className={css.find} role="search" aria-labelledby="find-title">
        <Icon name="search" size={18} />
        <label htmlFor="day-find" className="sr">{t('day.find')}</label>
        <input id="day-find" ref={field} type="search" value={typed} placeholder={t('day.findHelp')} maxLength={100} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      </div>
      <div aria-live="polite">
        {answered && people.length === 0 && <p className="dim">{t('day.findNone')}</p>}
        <ul className={css.turns}>
          {people.map((person) => (
            <li key={person.patient}>
              <Link to="/clinic/p/$patient/book" params={{ patient: person.patient }} className={css.turn}>
                <Face name={person.name} size="s" />
                <span className="grow"><b>{person.name}</b><span className="meta">{[t('day.born', { date: longDate(person.birthDate, locale) }), person.identifiers?.[0]?.value].filter(Boolean).join(', ')}</span></span>
                <Icon name="go" size={18} />
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
