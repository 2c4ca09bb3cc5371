import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import { patientsQuery } from '../api/queries'
import type { ClinicPatient } from '../api/types'
import { longDate } from '../format/date'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './worklist.module.css'

const typingMs = 250
const shown = 6

/** Finds one person among the reader's patients, never the one who is left out; each line tells two people apart. */
export function PersonFinder({ label, without = '', onPick }: { label: string; without?: string; onPick: (person: ClinicPatient) => void }) {
  const { t, locale } = useWords()
  const id = useId()
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setQ(typed.trim()), typingMs)
    return () => window.clearTimeout(timer)
  }, [typed])
  const found = useInfiniteQuery({ ...patientsQuery(q), enabled: q !== '', placeholderData: (before) => before })
  const people = q ? (found.data?.pages[0]?.items ?? []).filter(({ patient }) => patient !== without).slice(0, shown) : []
  return (
    <div className={css.finder}>
      <label htmlFor={id}>{label}</label>
      <div className={css.find}>
        <Icon name="search" size={18} />
        <input id={id} type="search" value={typed} placeholder={t('clinic.searchHelp')} maxLength={100} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      </div>
      <div aria-live="polite">
        {q && found.data && !found.isPlaceholderData && people.length === 0 && <p className="dim">{t('work.findNone')}</p>}
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
