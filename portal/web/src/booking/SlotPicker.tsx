import { useEffect, useRef, useState } from 'react'
import { timeOf } from '../format/date'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './booking.module.css'
import type { Slot } from './types'
import { byDay, zonesDiffer } from './when'
import { useWhenWords } from './words'

const timesShown = 6

interface SlotPickerProps {
  slots: Slot[]
  chosen: Slot | undefined
  /** The time that somebody else took meanwhile. */
  lost: Slot | undefined
  timeZone: string
  now: Date
  onChoose: (slot: Slot) => void
  more?: { loading: boolean; load: () => void }
}

/** Days as rows of times; one of them is chosen. */
export function SlotPicker({ slots, chosen, lost, timeZone, now, onChoose, more }: SlotPickerProps) {
  const { t, clock } = useWords()
  const days = byDay(slots, clock.zone)
  return (
    <>
      {zonesDiffer(now.toISOString(), timeZone, clock.zone) && <p className={css.help}>{t('book.zone', { time: timeOf(now.toISOString(), timeZone) })}</p>}
      {lost && <Taken lost={lost} next={chosen} />}
      {days.length === 0 ? <p className={css.help}><b>{t('book.none')}.</b> {more ? t('book.noneLater') : t('book.noneText')}</p> : (
        <div className={css.days}>
          {days.map(({ day, slots: times }, at) => (
            <Day key={day} day={day} times={times} chosen={chosen} first={at === 0} onChoose={onChoose} />
          ))}
        </div>
      )}
      {more && <Button variant="default" loading={more.loading} onClick={more.load}>{t('book.later')}</Button>}
    </>
  )
}

function Day({ day, times, chosen, first, onChoose }: { day: string; times: Slot[]; chosen: Slot | undefined; first: boolean; onChoose: (slot: Slot) => void }) {
  const { t } = useWords()
  const { dayTitle, time, atClinic } = useWhenWords()
  const [all, setAll] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  // The button goes away when it is pressed: who was on it goes on at the first time that it brought.
  useEffect(() => {
    if (all) box.current?.querySelectorAll('label')[timesShown]?.querySelector('input')?.focus()
  }, [all])
  // What is chosen is always in sight.
  const shown = all ? times : times.filter((slot, at) => at < timesShown || slot.id === chosen?.id)
  const hidden = times.length - shown.length
  return (
    <div className={css.day} role="group" aria-label={t('book.day', { day: dayTitle(day) })}>
      <h2>{dayTitle(day)}</h2>
      <div className={css.times} ref={box}>
        {shown.map((slot, at) => (
          <label key={slot.id} className={css.slot}>
            <input type="radio" name="slot" value={slot.id} checked={slot.id === chosen?.id} onChange={() => onChoose(slot)} />
            <span>{time(slot.start)}</span>
            {atClinic(slot.start) ? <small>{t('book.atClinic', { time: atClinic(slot.start) })}</small> : first && at === 0 ? <small>{t('book.earliest')}</small> : null}
          </label>
        ))}
        {hidden > 0 && <button type="button" className={css.moreTimes} onClick={() => setAll(true)}>{t('book.moreTimes', { count: hidden })}</button>}
      </div>
    </div>
  )
}

/** Kind words where the time was, and what is chosen instead. */
function Taken({ lost, next }: { lost: Slot; next: Slot | undefined }) {
  const { t } = useWords()
  const { dayInText, time } = useWhenWords()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [lost])
  return (
    <div ref={box} tabIndex={-1} role="alert" className={css.taken}>
      <h2><Icon name="clock" size={20} />{t('book.taken')}</h2>
      <p>{next ? t('book.takenText', { when: t('book.chosen', { day: dayInText(next.start), time: time(next.start) }) }) : t('book.takenNone')}</p>
    </div>
  )
}
