import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { take } from '../api/client'
import { api } from '../booking/calls'
import { cockpitPath } from '../booking/paths'
import type { DayItem } from '../booking/types'
import { ageSex } from '../clinic/words'
import { timeOf } from '../format/date'
import { Button, LinkButton } from '../ui/Button'
import { Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { Icon, type IconName } from '../ui/Icon'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { SureMissed, useDidNotCome } from './DidNotCome'
import { isDone, isOpen, minutesSince, tagOf, toneOf, type DayTag } from './state'
import css from './today.module.css'
import { NowLine } from './TodayPage'

export const icons: Partial<Record<DayTag, IconName>> = { signed: 'check', fulfilled: 'check', draft: 'pen', ended: 'pen', waiting: 'clock', live: 'video' }

export interface RowProps {
  now: Date
  /** The line of the present stands above it. */
  line: boolean
  next: boolean
  /** Those in which a nurse has said that the doctor can come. */
  ready: string[]
  marked: boolean
  whose: 'me' | 'all'
  desk: boolean
  zone: string | undefined
  onCancelled: (name: string, start: string) => void
  /** Whether somebody came was said. */
  onSaid: (text: string) => void
}

/** One visit of the day; the whole row opens it. Within its group it is the member's own part. */
export function DayRow({ item, inside: within = false, now, line, next, ready, marked, whose, desk, zone, onCancelled, onSaid }: RowProps & { item: DayItem; inside?: boolean }) {
  const { t } = useWords()
  const text = useErrorText()
  const [asking, setAsking] = useState(false)
  const [missing, setMissing] = useState(false)
  const tag = tagOf(item)
  const time = timeOf(item.start, zone)
  const back = useDidNotCome(item, () => onSaid(t('day.missed.back', { name: item.patientName, time })))
  const missed = () => {
    setMissing(false)
    onSaid(t('day.missed.done', { name: item.patientName, time }))
  }
  const about = within ? '' : [item.group ? `${t('appointment.group')}${item.group.subject ? `: ${item.group.subject}` : ''}` : t(`day.${item.mode}`), whose === 'all' && t('day.with', { name: item.practitioner.name })].filter(Boolean).join(', ')
  const icon = icons[tag]
  const inside = <>{item.patientName}{ageSex(item, t) && <span className={css.age}>, {ageSex(item, t)}</span>}</>
  return (
    <li className={css.slot}>
      {line && <NowLine now={now} zone={zone} />}
      <div className={css.line}>
        <span className={css.time}>{!within && time}</span>
        <div className={css.visit} data-done={isDone(item) || undefined} data-next={next || undefined} data-at={marked || undefined}>
          <Face name={item.patientName} size="s" tone={next ? 'accent' : 'plain'} />
          <span className={css.who}>
            {desk || item.mode === 'clinic' || item.status === 'cancelled'
              ? <Link to="/clinic/p/$patient" params={{ patient: item.patient }} className={css.open}>{inside}</Link>
              : <Link to={cockpitPath(within ? { patient: item.patient, id: item.id } : item)} className={css.open}>{inside}</Link>}
            {about && <span className={css.text}>{about}</span>}
          </span>
          <span className={css.why}>{item.reason}</span>
          <span className={css.end}>
            <Tag tone={toneOf[tag]} icon={icon && <Icon name={icon} size={14} />}>
              {tag === 'waiting' && item.waitingSince ? t('day.waits', { count: minutesSince(item.waitingSince, now) }) : t(`day.tag.${tag === 'live' && ready.includes(item.id) ? 'ready' : tag}`)}
            </Tag>
            {desk && item.mode === 'video' && isOpen(item) && !asking && (
              <LinkButton variant="subtle" className={css.cancel} to="/clinic/visits/$patient/$visit/link" params={{ patient: item.patient, visit: item.id }} aria-label={t('day.linkOf', { name: item.patientName, time })}>{t('day.link')}</LinkButton>
            )}
            {desk && isOpen(item) && Date.parse(item.start) > now.getTime() && !asking && (
              <Button variant="quiet-danger" className={css.cancel} aria-label={t('day.cancelOf', { name: item.patientName, time })} onClick={() => setAsking(true)}>{t('day.cancel')}</Button>
            )}
            {item.missable && !asking && !missing && (item.status === 'noshow'
              ? <Button variant="subtle" className={css.cancel} loading={back.isPending} aria-label={t('day.missed.cameOf', { name: item.patientName, time })} onClick={() => back.mutate(false)}>{t('day.missed.came')}</Button>
              : <Button variant="subtle" className={css.cancel} aria-label={t('day.missed.sayOf', { name: item.patientName, time })} onClick={() => setMissing(true)}>{t('day.missed.say')}</Button>)}
          </span>
          {back.error && <div className={css.sure}><ErrorSummary errors={[{ message: text(back.error) }]} /></div>}
          {missing && <SureMissed item={item} time={time} onKeep={() => setMissing(false)} onDone={missed} />}
          {asking && <Sure item={item} time={time} onKeep={() => setAsking(false)} onCancelled={() => onCancelled(item.patientName, item.start)} />}
        </div>
      </div>
    </li>
  )
}

function Sure({ item, time, onKeep, onCancelled }: { item: DayItem; time: string; onKeep: () => void; onCancelled: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const yes = useRef<HTMLButtonElement>(null)
  useEffect(() => yes.current?.focus(), [])
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/charts/{patient}/appointments/{id}/cancel', { params: { path: { patient: item.patient, id: item.id } }, body: {} })),
    onSuccess: () => {
      onCancelled()
      onKeep()
      void queries.invalidateQueries({ queryKey: ['clinic', 'day'] })
    },
  })
  return (
    <div className={css.sure} role="group" aria-label={t('day.sure', { name: item.patientName, time })} onKeyDown={(event) => { if (event.key === 'Escape') onKeep() }}>
      {cancel.error && <ErrorSummary errors={[{ message: text(cancel.error) }]} />}
      <b className="grow">{t('day.sure', { name: item.patientName, time })}</b>
      <Button ref={yes} variant="danger" loading={cancel.isPending} onClick={() => cancel.mutate()}>{t('day.cancelGo')}</Button>
      <Button variant="default" onClick={onKeep}>{t('day.keep')}</Button>
    </div>
  )
}
