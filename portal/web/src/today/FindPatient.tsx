import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState, type RefObject } from 'react'
import { patientsQuery } from '../api/queries'
import { longDate } from '../format/date'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './today.module.css'

const typingMs = 250
const shown = 5

/** Somebody calls: who is it, and on to a time for them. Two marks of a person are shown, so that none is taken for another. */
export function FindPatient({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const { t, locale } = useWords()
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setQ(typed.trim()), typingMs)
    return () => window.clearTimeout(timer)
  }, [typed])
  const found = useInfiniteQuery({ ...patientsQuery(q), enabled: q !== '', placeholderData: (before) => before })
  const people = q ? (found.data?.pages[0]?.items ?? []).slice(0, shown) : []
  return (
    <div className={css.finder}>
      <h2 id="find-title">{t('day.find')}</h2>
      <div className={css.find} role="search" aria-labelledby="find-title">
        <Icon name="search" size={18} />
        <label htmlFor="day-find" className="sr">{t('day.find')}</label>
        <input id="day-find" ref={field} type="search" value={typed} placeholder={t('day.findHelp')} maxLength={100} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      </div>
      <div aria-live="polite">
        {q && found.data && !found.isPlaceholderData && people.length === 0 && <p className="dim">{t('day.findNone')}</p>}
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
