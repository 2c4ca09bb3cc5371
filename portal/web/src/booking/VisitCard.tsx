import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { useMe } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Face } from '../ui/Face'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { TurnLine } from '../ui/TurnLine'
import { useWords } from '../ui/useWords'
import css from './booking.module.css'
import { api } from './calls'
import { visitPath } from './paths'
import type { Appointment } from './types'
import { doorOpen, useWhenWords } from './words'
import { soon } from './when'

interface VisitCardProps {
  visit: Appointment
  now: Date
  /** Read at the clinic: nobody there waits for its door. */
  clinic?: boolean
  /** Another time is chosen on the same page, not on one of its own. */
  onChange?: () => void
  onCancelled: () => void
  /** What stands above the ways to change it: questions to answer before the next visit. */
  children?: ReactNode
}

/** One planned visit: when, with whom, whose turn it is, and what can be done about it. */
export function VisitCard({ visit, now, clinic = false, onChange, onCancelled, children }: VisitCardProps) {
  const { t, locale } = useWords()
  const { dayTitle, time, atClinic } = useWhenWords()
  const [asking, setAsking] = useState(false)
  const cancel = useRef<HTMLButtonElement>(null)
  const me = useMe()
  // The patient brings somebody, or their doctors and nurses do.
  const mayBring = clinic ? Boolean(me.account.roles?.some((role) => role === 'clinician' || role === 'nurse')) : me.people.some(({ patient, relation }) => patient === visit.patient && relation === 'self')
  const open = !clinic && doorOpen(visit, now)
  const when = t('appointment.at', { day: dayTitle(visit.start), time: time(visit.start) })
  const begun = Date.parse(visit.start) <= now.getTime()
  const clinicTime = atClinic(visit.start)
  const keep = () => {
    setAsking(false)
    requestAnimationFrame(() => cancel.current?.focus())
  }
  return (
    <li className={css.card} aria-label={when}>
      <div className={css.cardHead}>
        <div className="grow">
          <h3 className={css.when}>{dayTitle(visit.start)}, <span className={css.time}>{time(visit.start)}</span></h3>
          <p className="meta">{[soon(visit.start, locale, now), clinicTime && t('appointment.clinicTime', { time: clinicTime })].filter(Boolean).join('. ')}</p>
        </div>
        <span className={css.kind}><Icon name={visit.mode === 'video' ? 'video' : 'building'} size={20} />{visit.group ? t('appointment.group') : t(`appointment.${visit.mode}`)}</span>
      </div>
      <div className={css.person}>
        <Face name={visit.practitioner.name} />
        <div className="grow">
          <b>{visit.practitioner.name}</b>
          <span className="meta">{[visit.practitioner.role, visit.mode === 'clinic' && visit.place].filter(Boolean).join('. ')}</span>
        </div>
      </div>
      {visit.group && <p className={css.reason}>{[visit.group.subject, t('appointment.groupMost', { count: visit.group.places })].filter(Boolean).join('. ')}</p>}
      {visit.reason && <p className={css.reason}>{t('appointment.about', { text: visit.reason })}</p>}
      {(visit.behindMinutes ?? 0) > 0 && <p className={css.lateNote} role="status"><Icon name="clock" size={18} />{t('appointment.late', { count: visit.behindMinutes })}</p>}
      {!clinic && <Turn visit={visit} open={open} />}
      {open && (
        <LinkButton to={visitPath(visit)} icon="video" wide>
          {visit.visit === 'live' ? t('appointment.rejoin') : t('appointment.join')}
        </LinkButton>
      )}
      {children}
      {visit.mode === 'video' && (mayBring || clinic) && !asking && (
        <div>
          {clinic && <LinkButton variant="subtle" icon="key" to="/clinic/visits/$patient/$visit/link" params={{ patient: visit.patient, visit: visit.id }} aria-label={t('appointment.linkTo', { when })}>{t('appointment.link')}</LinkButton>}
          {!mayBring || visit.group ? null : clinic ? <LinkButton variant="subtle" icon="people" to="/clinic/visits/$patient/$visit/guests" params={{ patient: visit.patient, visit: visit.id }} aria-label={t('appointment.bringTo', { when })}>{t('appointment.bring')}</LinkButton>
            : <LinkButton variant="subtle" icon="people" to="/p/$patient/visits/$visit/guests" params={{ patient: visit.patient, visit: visit.id }} aria-label={t('appointment.bringTo', { when })}>{t('appointment.bring')}</LinkButton>}
        </div>
      )}
      {asking ? <Sure visit={visit} onKeep={keep} onCancelled={onCancelled} /> : !begun && visit.visit !== 'live' && (
        <div className={css.cardFoot}>
          {visit.group ? null : onChange ? <Button variant="subtle" aria-label={t('appointment.changeAt', { when })} onClick={onChange}>{t('appointment.change')}</Button>
            : <LinkButton to="/p/$patient/visits/book" params={{ patient: visit.patient }} search={{ change: visit.id }} variant="subtle" aria-label={t('appointment.changeAt', { when })}>{t('appointment.change')}</LinkButton>}
          <Button ref={cancel} variant="quiet-danger" aria-label={t('appointment.cancelAt', { when })} onClick={() => setAsking(true)}>{t('appointment.cancel')}</Button>
        </div>
      )}
    </li>
  )
}

function Turn({ visit, open }: { visit: Appointment; open: boolean }) {
  const { t } = useWords()
  const { today, dayInText, dayTitle, time } = useWhenWords()
  if (visit.mode === 'clinic') return <TurnLine whose="them" owner={t('appointment.clinicTurn')} icon="clock">{t('appointment.arrive')}</TurnLine>
  if (open) return <TurnLine whose="you" owner={t('appointment.yourTurn')} icon="video">{visit.visit === 'live' ? t('appointment.live') : visit.visit === 'waiting' ? t('appointment.waitingFor') : t('appointment.openNow')}</TurnLine>
  if (!visit.joinFrom) return null
  const isToday = dayTitle(visit.joinFrom) === dayTitle(today)
  return (
    <TurnLine whose="them" owner={t('appointment.clinicTurn')} icon="clock">
      {isToday ? t('appointment.opensToday', { time: time(visit.joinFrom) }) : t('appointment.opens', { day: dayInText(visit.joinFrom), time: time(visit.joinFrom) })}
    </TurnLine>
  )
}

/** Asks in place: what is given away may be somebody else's a moment later. */
function Sure({ visit, onKeep, onCancelled }: { visit: Appointment; onKeep: () => void; onCancelled: () => void }) {
  const { t } = useWords()
  const { dayInText, time } = useWhenWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const yes = useRef<HTMLButtonElement>(null)
  useEffect(() => yes.current?.focus(), [])
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/charts/{patient}/appointments/{id}/cancel', { params: { path: { patient: visit.patient, id: visit.id } }, body: {} })),
    onSuccess: () => {
      onCancelled()
      void queries.invalidateQueries({ queryKey: chartKey(visit.patient) })
    },
  })
  return (
    <div className={css.sure} role="group" aria-labelledby={`sure-${visit.id}`} onKeyDown={(event) => { if (event.key === 'Escape') onKeep() }}>
      {cancel.error && <ErrorSummary errors={[{ message: text(cancel.error) }]} />}
      <p id={`sure-${visit.id}`}><b>{t('appointment.sure', { day: dayInText(visit.start), time: time(visit.start) })}</b> {t('appointment.sureText')}</p>
      <div className={css.buttons}>
        <Button ref={yes} variant="danger" loading={cancel.isPending} onClick={() => cancel.mutate()}>{t('appointment.cancelGo')}</Button>
        <Button variant="default" onClick={onKeep}>{t('appointment.keep')}</Button>
      </div>
    </div>
  )
}
