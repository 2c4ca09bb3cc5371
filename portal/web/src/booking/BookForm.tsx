import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { Button } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import css from './booking.module.css'
import { keepReason, reasonOf } from './drafts'
import { How, Who } from './Choices'
import { freeQuery } from './queries'
import { SlotPicker } from './SlotPicker'
import type { Appointment, Slot, VisitMode } from './types'
import { useBooking } from './useBooking'
import { useNow } from './useNow'
import { freeTimes, nextFree } from './when'
import { useWhenWords } from './words'

export interface BookFormProps {
  patient: string
  /** Whom it is for, when it is not the reader. */
  forName?: string
  /** Staff book for a patient: they need no number to call. */
  staff?: boolean
  /** The planned visit that gets another time. */
  change?: Appointment
  onDone: () => void
}

/** Why, how, with whom, when: the earliest time is chosen already, so that one press books it. */
export function BookForm({ patient, forName, staff = false, change, onDone }: BookFormProps) {
  const { t } = useWords()
  const text = useErrorText()
  const clinic = useClinic()
  const now = useNow()
  const [reason, setReason] = useState(() => reasonOf(patient))
  const [mode, setMode] = useState<VisitMode>(change?.mode ?? 'video')
  const [who, setWho] = useState(change?.practitioner.id ?? '')
  const [picked, setPicked] = useState<Slot>()
  const [taken, setTaken] = useState<Slot>()
  const [missing, setMissing] = useState(false)
  const free = useInfiniteQuery({ ...freeQuery(patient, mode, who), placeholderData: (before) => before })
  const first = free.data?.pages[0]
  // While a new list is on its way, what the old one knows of the new choice is shown.
  const slots = freeTimes(free.data?.pages ?? [], now, who === '', taken).filter((slot) => slot.modes.includes(mode) && (!who || slot.practitioner === who))
  // A time that went away while it was chosen gives way to the next one, and it is said.
  const gone = picked && !free.isPlaceholderData && !slots.some((slot) => slot.id === picked.id) ? picked : undefined
  const chosen = gone || !picked ? nextFree(slots, taken ?? gone) : picked
  const lost = taken ?? gone
  const booking = useBooking({
    patient, change,
    onDone: () => {
      keepReason(patient, '')
      onDone()
    },
    onTaken: (slot) => void free.refetch().then(() => {
      setTaken(slot)
      setPicked(undefined)
    }),
  })

  const choose = (slot: Slot) => {
    setPicked(slot)
    setTaken(undefined)
    setMissing(false)
  }
  const afresh = () => {
    setPicked(undefined)
    setTaken(undefined)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!chosen)
    if (chosen && !booking.isPending) {
      setPicked(chosen)
      booking.book({ slot: chosen, mode, reason: reason.trim() })
    }
  }

  if (first && !first.canBook) {
    return (
      <Empty icon="lock" title={t('book.notYou')} text={forName ? t('book.notYouText', { name: forName }) : t('book.notYouOwn')} action={<CallClinic />} />
    )
  }
  if (free.error && !free.data) return <LoadError error={free.error} onRetry={() => void free.refetch()} />
  if (!first) return <Skeleton heights={[110, 56, 56, 260]} onRetry={() => void free.refetch()} />
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {booking.error !== undefined && <ErrorSummary errors={[{ message: text(booking.error) }]} />}
      {missing && <ErrorSummary errors={[{ message: t('book.pick') }]} />}
      {!change && (
        <div>
          <label htmlFor="why" className={css.label}>{t('book.why')}</label>
          <p id="why-help" className={css.help}>{t('book.whyHelp')}</p>
          <textarea
            id="why" className={css.words} value={reason} maxLength={500} rows={2} aria-describedby="why-help"
            onChange={(event) => {
              setReason(event.target.value)
              keepReason(patient, event.target.value)
            }}
          />
        </div>
      )}
      {!change && <How value={mode} onChange={(next) => { setMode(next); afresh() }} />}
      <Who people={first.practitioners} value={who} onChange={(next) => { setWho(next); afresh() }} />
      <fieldset>
        <legend>{t('book.when')}</legend>
        <SlotPicker
          slots={slots} chosen={chosen} lost={lost} timeZone={first.timeZone} onChoose={choose} now={now}
          more={free.hasNextPage ? { loading: free.isFetchingNextPage, load: () => void free.fetchNextPage() } : undefined}
        />
      </fieldset>
      {!staff && <div className={css.call}>
        <span>{t('book.sooner')}</span>
        <CallClinic />
        {clinic?.emergency && <span>{t('book.emergency', { phone: clinic.emergency })}</span>}
      </div>}
      <Foot chosen={chosen} people={first.practitioners} loading={booking.isPending} go={change ? t('book.goChange') : forName ? t('book.goFor', { name: forName }) : t('book.go')} />
    </form>
  )
}

function Foot({ chosen, people, loading, go }: { chosen: Slot | undefined; people: { id: string; name: string }[]; loading: boolean; go: string }) {
  const { t } = useWords()
  const { dayTitle, time, atClinic } = useWhenWords()
  const name = people.find(({ id }) => id === chosen?.practitioner)?.name
  const there = chosen && atClinic(chosen.start)
  return (
    <div className={css.foot}>
      {chosen && (
        <p>
          <b>{t('book.chosen', { day: dayTitle(chosen.start), time: time(chosen.start) })}</b>
          {there && ` (${t('book.atClinic', { time: there })})`}
          {name && `, ${t('book.chosenWith', { name })}`}
        </p>
      )}
      <Button type="submit" loading={loading}>{go}</Button>
    </div>
  )
}

function CallClinic() {
  const { t } = useWords()
  const phone = useClinic()?.phone
  return phone ? <a className={css.phone} href={`tel:${phone.replace(/[^+\d]/g, '')}`}><Icon name="phone" size={18} /> {t('call', { phone })}</a> : null
}
