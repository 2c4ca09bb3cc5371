import { useId } from 'react'
import type { ClinicPatient } from '../api/types'
import { longDate } from '../format/date'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { usePeople } from '../ui/usePeople'
import { useWords } from '../ui/useWords'
import css from './worklist.module.css'

const shown = 6

/** Finds one person among the reader's patients, never the one who is left out; each line tells two people apart. */
export function PersonFinder({ label, without = '', onPick }: { label: string; without?: string; onPick: (person: ClinicPatient) => void }) {
  const { t, locale } = useWords()
  const id = useId()
  const { typed, setTyped, people: found, answered } = usePeople()
  const people = found.filter(({ patient }) => patient !== without).slice(0, shown)
  return (
    <div className={css.finder}>
      <label htmlFor={id}>{label}</label>
      <div className={css.find}>
        <Icon name="search" size={18} />
        <input id={id} type="search" value={typed} placeholder={t('clinic.searchHelp')} maxLength={100} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      </div>
      <div aria-live="polite">
        {answered && people.length === 0 && <p className="dim">{t('work.findNone')}</p>}
        {people.length > 0 && (
          <ul className={css.people}>
            {people.map((person) => (
              <li key={person.patient}>
                <button type="button" onClick={() => onPick(person)}>
                  <Face name={person.name} size="s" />
                  <span className="grow"><b>{person.name}</b> <span className="dim">{[t('clinic.identity', { date: longDate(person.birthDate, locale) }), person.identifiers[0]?.value, person.phone].filter(Boolean).join(', ')}</span></span>
                  <Icon name="go" size={18} />
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}
