import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useRef, useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { SlotPicker } from '../booking/SlotPicker'
import type { Slot } from '../booking/types'
import { useNow } from '../booking/useNow'
import { freeTimes } from '../booking/when'
import { Button } from '../ui/Button'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, timesQuery } from './calls'
import css from './groups.module.css'

const fewest = 2
const most = 24

/** A free time, what it is about, and for how many. */
export function MakeGroup({ onCancel }: { onCancel(): void }) {
  const { t } = useWords()
  const said = useErrorText()
  const field = useId()
  const now = useNow()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [who, setWho] = useState('')
  const [subject, setSubject] = useState('')
  const [places, setPlaces] = useState(8)
  const [picked, setPicked] = useState<Slot>()
  const [missing, setMissing] = useState(false)
  const id = useRef(crypto.randomUUID())
  const times = useQuery({ ...timesQuery(who), placeholderData: (before) => before })
  const slots = times.data ? freeTimes([times.data], now, who === '').filter((slot) => slot.modes.includes('video') && (!who || slot.practitioner === who)) : []
  const chosen = slots.find((slot) => slot.id === picked?.id)
  const make = useMutation({
    mutationFn: (slot: string) => take(api.POST('/clinic/groups', { body: { id: id.current, slot, subject: subject.trim(), places } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['clinic', 'groups'] })
      await navigate({ to: '/clinic/groups/$group', params: { group: id.current } })
    },
    onError: () => {
      id.current = crypto.randomUUID()
      void times.refetch()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!chosen)
    if (chosen && !make.isPending) make.mutate(chosen.id)
  }
  if (times.error && !times.data) return <LoadError error={times.error} onRetry={() => void times.refetch()} />
  if (!times.data) return <Skeleton heights={[60, 60, 200]} />
  return (
    <form className={css.form} onSubmit={submit} aria-label={t('groups.make')} noValidate>
      <h2>{t('groups.make')}</h2>
      {make.error && <ErrorSummary errors={[{ message: said(make.error) }]} />}
      {missing && <ErrorSummary errors={[{ message: t('groups.pick') }]} />}
      <label htmlFor={`${field}-subject`}>{t('groups.subject')}</label>
      <p id={`${field}-help`} className="meta">{t('groups.subjectHelp')}</p>
      <input id={`${field}-subject`} value={subject} maxLength={80} autoComplete="off" aria-describedby={`${field}-help`} onChange={(event) => setSubject(event.target.value)} />
      <label htmlFor={`${field}-places`}>{t('groups.places')}</label>
      <p id={`${field}-many`} className="meta">{t('groups.placesHelp')}</p>
      <input id={`${field}-places`} className={css.number} type="number" min={fewest} max={most} value={places} aria-describedby={`${field}-many`} onChange={(event) => setPlaces(Number(event.target.value))} />
      <label htmlFor={`${field}-who`}>{t('groups.who')}</label>
      <select id={`${field}-who`} value={who} onChange={(event) => { setWho(event.target.value); setPicked(undefined) }}>
        <option value="">{t('groups.anyone')}</option>
        {times.data.practitioners.map(({ id: practitioner, name }) => <option key={practitioner} value={practitioner}>{name}</option>)}
      </select>
      <fieldset>
        <legend>{t('groups.when')}</legend>
        <SlotPicker slots={slots} chosen={chosen} lost={undefined} timeZone={times.data.timeZone} now={now} onChoose={(slot) => { setPicked(slot); setMissing(false) }} />
      </fieldset>
      <div className={css.buttons}>
        <Button type="submit" loading={make.isPending}>{t('groups.go')}</Button>
        <Button variant="subtle" onClick={onCancel}>{t('close')}</Button>
      </div>
    </form>
  )
}
