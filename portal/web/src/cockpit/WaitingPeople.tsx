import type { ReactNode } from 'react'
import { timeOf } from '../format/date'
import { Button, LinkButton } from '../ui/Button'
import { Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { Answer } from '../visits/Answer'
import { checkDetails, checkLine } from '../visits/checkWords'
import { guestRelation } from '../visits/guestRelation'
import type { Visit, VisitPerson } from '../visits/types'
import type { Room } from './useRoom'
import css from './video.module.css'

interface AtDoor {
  visit: Visit
  room: Room
  /** What else can be done about one of them. */
  more?: (person: VisitPerson) => ReactNode
}

/** Who is at the door, whether their picture and sound work, and what they want: one key lets them in. Of a group also all at once. */
export function WaitingPeople({ visit, room, more }: AtDoor) {
  const { t } = useWords()
  const group = Boolean(visit.appointment.group)
  if (room.waiting.length === 0) {
    return room.joined ? null : <div className={css.door}><h2>{t('cockpit.nobody')}</h2><p className="dim">{t('cockpit.nobodyText')}</p>{!group && visit.state !== 'ended' && <LinkButton variant="subtle" icon="people" to="/clinic/visits/$patient/$visit/guests" params={{ patient: visit.patient, visit: visit.id }}>{t('appointment.bring')}</LinkButton>}{!group && visit.state !== 'ended' && <LinkButton variant="subtle" icon="key" to="/clinic/visits/$patient/$visit/link" params={{ patient: visit.patient, visit: visit.id }}>{t('appointment.link')}</LinkButton>}</div>
  }
  return (
    <section className={css.door} aria-label={t('cockpit.waiting')} role="status">
      <h2>{t('cockpit.waiting')}</h2>
      {group && room.waiting.length > 1 && <div className={css.doorButtons}><Button loading={room.act.isPending} onClick={room.letAllIn}>{t('groups.letAll')}</Button></div>}
      <ul>{room.waiting.map((person, at) => <Waiting key={person.seat} person={person} first={at === 0} visit={visit} room={room} more={more} />)}</ul>
    </section>
  )
}

function Waiting({ person, first, visit, room, more }: AtDoor & { person: VisitPerson; first: boolean }) {
  const { t, locale, clock } = useWords()
  const group = Boolean(visit.appointment.group)
  // Where all can be let in with one press, that one stands out.
  const alone = first && (!group || room.waiting.length === 1)
  const reason = person.role === 'patient' ? visit.appointment.reason : undefined
  return (
    <li className={css.waiting}>
      <Face name={person.name} acting={person.role === 'proxy'} />
      <div className="grow">
        <p><b>{person.name}</b> {person.role === 'proxy' && <Tag tone="act">{t('cockpit.proxy', { name: person.for ?? visit.patientName })}</Tag>}{(person.role === 'guest' || person.role === 'interpreter') && <Tag tone="outline">{t(`room.role.${person.role}`)}</Tag>}</p>
        {person.role === 'guest' && <p className="dim">{person.selfNamed ? t('room.saysSelf', { relation: guestRelation(person.relation, t) }) : guestRelation(person.relation, t)}</p>}
        {person.role === 'interpreter' && person.selfNamed && <p className="dim">{t('room.saysName')}</p>}
        {person.otherDevice && <p className={css.other}>{t('room.otherDevice')}</p>}
        <p className="dim">{person.waitingSince && t('cockpit.since', { time: timeOf(person.waitingSince, clock.zone) })}{person.waitingSince && '. '}<span title={person.check && checkDetails(person.check, t)}>{checkLine(person.check, t, locale)}</span></p>
        {person.called && <p className="dim">{t('groups.called', { name: person.called })}</p>}
        {reason && <p className={css.reason}>{t('cockpit.asks')}: “{reason}”</p>}
        <div className={css.doorButtons}>
          <Button variant={alone ? 'filled' : 'default'} loading={room.act.isPending} onClick={() => room.letIn(person.seat)}>
            <span aria-hidden="true">{t('cockpit.letIn')} {alone && <kbd>L</kbd>}</span><span className="sr">{t('cockpit.letInName', { name: person.name })}</span>
          </Button>
          <Button variant="subtle" onClick={() => room.act.mutate({ do: 'refuse', seat: person.seat })}>{t('cockpit.refuse')}</Button>
          <Answer source={room.source} seat={person.seat} name={person.name} asks={person.asks} plain={group} />
        </div>
        {more?.(person)}
      </div>
    </li>
  )
}
