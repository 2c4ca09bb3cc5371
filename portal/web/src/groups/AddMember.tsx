import { useMutation } from '@tanstack/react-query'
import { useId, useRef } from 'react'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { usePeople } from '../ui/usePeople'
import { useWords } from '../ui/useWords'
import { api, of, type Member } from './calls'
import css from './groups.module.css'

const shown = 5

/** One of the reader's patients is found by a few letters and gets a place. */
export function AddMember({ id, here, onAdded }: { id: string; here: Member[]; onAdded(name: string): void }) {
  const { t, locale } = useWords()
  const said = useErrorText()
  const field = useId()
  const { typed, setTyped, people, answered } = usePeople()
  const ids = useRef(new Map<string, string>()) // pressed twice, they are added once
  const add = useMutation({
    mutationFn: ({ patient }: { patient: string; name: string }) => {
      const visit = ids.current.get(patient) ?? crypto.randomUUID()
      ids.current.set(patient, visit)
      return take(api.POST('/clinic/groups/{id}/members', { ...of(id), body: { id: visit, patient } }))
    },
    onSuccess: (_, { patient, name }) => {
      ids.current.delete(patient)
      setTyped('')
      onAdded(name)
    },
  })
  const found = people.filter(({ patient }) => !here.some((member) => member.patient === patient)).slice(0, shown)
  return (
    <div className={css.add} role="search">
      <label htmlFor={field}>{t('groups.add')}</label>
      <input id={field} type="search" value={typed} placeholder={t('day.findHelp')} maxLength={100} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      {add.error && <p className={css.problem} role="alert">{said(add.error)}</p>}
      <div aria-live="polite">
        {answered && found.length === 0 && <p className="dim">{t('day.findNone')}</p>}
        <ul>
          {typed && found.map(({ patient, name, birthDate }) => (
            <li key={patient} className={css.member}>
              <Face name={name} size="s" />
              <span className="grow"><b>{name}</b><span className="meta">, {t('groups.born', { date: longDate(birthDate, locale) })}</span></span>
              <Button variant="default" loading={add.isPending} onClick={() => add.mutate({ patient, name })}><span aria-hidden="true">+</span><span className="sr">{t('groups.addGo', { name })}</span></Button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
