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
import { isDone, isOpen, minutesSince, tagOf, toneOf, type DayTag } from './state'
import css from './today.module.css'
import { NowLine } from './TodayPage'

const icons: Partial<Record<DayTag, IconName>> = { signed: 'check', fulfilled: 'check', draft: 'pen', ended: 'pen', waiting: 'clock', live: 'video' }

interface DayRowProps {
  item: DayItem
  now: Date
  /** The line of the present stands above it. */
  line: boolean
  next: boolean
  /** A nurse has said that the doctor can come. */
  ready: boolean
  marked: boolean
  whose: 'me' | 'all'
  desk: boolean
  zone: string | undefined
  onCancelled: () => void
}

/** One visit of the day; the whole row opens it. */
export function DayRow({ item, now, line, next, ready, marked, whose, desk, zone, onCancelled }: DayRowProps) {
  const { t } = useWords()
  const [asking, setAsking] = useState(false)
  const tag = tagOf(item)
  const time = timeOf(item.start, zone)
  const about = [item.group ? `${t('appointment.group')}${item.group.subject ? `: ${item.group.subject}` : ''}` : t(`day.${item.mode}`), whose === 'all' && t('day.with', { name: item.practitioner.name })].filter(Boolean).join(', ')
  const icon = icons[tag]
  const inside = <>{item.patientName}{ageSex(item, t) && <span className={css.age}>, {ageSex(item, t)}</span>}</>
  return (
    <li className={css.slot}>
      {line && <NowLine now={now} zone={zone} />}
      <div className={css.line}>
        <span className={css.time}>{time}</span>
        <div className={css.visit} data-done={isDone(item) || undefined} data-next={next || undefined} data-at={marked || undefined}>
          <Face name={item.patientName} size="s" tone={next ? 'accent' : 'plain'} />
          <span className={css.who}>
            {desk || item.mode === 'clinic' || item.status === 'cancelled'
              ? <Link to="/clinic/p/$patient" params={{ patient: item.patient }} className={css.open}>{inside}</Link>
              : <Link to={cockpitPath(item)} className={css.open}>{inside}</Link>}
            <span className={css.text}>{about}</span>
          </span>
          <span className={css.why}>{item.reason}</span>
          <span className={css.end}>
            <Tag tone={toneOf[tag]} icon={icon && <Icon name={icon} size={14} />}>
              {tag === 'waiting' && item.waitingSince ? t('day.waits', { count: minutesSince(item.waitingSince, now) }) : t(`day.tag.${tag === 'live' && ready ? 'ready' : tag}`)}
            </Tag>
            {desk && item.mode === 'video' && isOpen(item) && !asking && (
              <LinkButton variant="subtle" className={css.cancel} to="/clinic/visits/$patient/$visit/link" params={{ patient: item.patient, visit: item.id }} aria-label={t('day.linkOf', { name: item.patientName, time })}>{t('day.link')}</LinkButton>
            )}
            {desk && isOpen(item) && Date.parse(item.start) > now.getTime() && !asking && (
              <Button variant="quiet-danger" className={css.cancel} aria-label={t('day.cancelOf', { name: item.patientName, time })} onClick={() => setAsking(true)}>{t('day.cancel')}</Button>
            )}
          </span>
          {asking && <Sure item={item} time={time} onKeep={() => setAsking(false)} onCancelled={onCancelled} />}
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
