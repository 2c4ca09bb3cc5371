import { useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import type { Visit, VisitPerson } from '../visits/types'
import { useCalled } from '../visits/useCalled'
import css from './host.module.css'
import { Invite } from './Invite'
import type { Room } from './useRoom'

const isHere = ({ state }: VisitPerson) => state === 'in' || state === 'admitted' || state === 'left'

/** Who is in the room, and what a host can do about it: each thing a button with its words. */
export function HostRoom({ visit, room }: { visit: Visit; room: Room }) {
  const { t } = useWords()
  const { me, people } = visit
  const can = me.controls !== false
  const locked = visit.room?.locked === true
  const others = people.filter((person) => !person.me && isHere(person))
  const removed = people.filter(({ state }) => state === 'removed')
  return (
    <section className={css.room} aria-label={t('plan.people')}>
      <h2>{t('plan.people')}</h2>
      <Handing visit={visit} room={room} />
      {can && (
        <div className={css.all}>
          {others.some(({ host }) => !host) && <Button variant="default" onClick={() => room.act.mutate({ do: 'mute', seat: '' })}>{t('room.muteAll')} <kbd aria-hidden="true">U</kbd></Button>}
          <Button variant="default" onClick={() => room.act.mutate({ do: 'lock', on: !locked })}>{locked ? t('room.unlock') : t('room.lock')}</Button>
        </div>
      )}
      {locked && <p className={css.locked} role="status">{t(visit.appointment.group ? 'room.isLockedGroup' : 'room.isLocked')}</p>}
      {others.length === 0 && <p className="dim">{t('cockpit.alone')}</p>}
      <ul>{others.map((person) => <Here key={person.seat} person={person} visit={visit} room={room} can={can} />)}</ul>
      {removed.length > 0 && (
        <>
          <h3>{t('room.removed')}</h3>
          <ul>
            {removed.map((person) => (
              <li key={person.seat} className={css.person}>
                <b>{person.name}</b>
                <span className={css.acts}><Act name={person.name} says="room.letBack" ofWhom="room.letBackOf" onPress={() => room.act.mutate({ do: 'admit', seat: person.seat })} /></span>
              </li>
            ))}
          </ul>
        </>
      )}
      {visit.patient && !visit.appointment.group && <Invite patient={visit.patient} visit={visit.id} />}
    </section>
  )
}

/** Who leads, and how the lead changes hands: nobody's call is touched by it. */
function Handing({ visit, room }: { visit: Visit; room: Room }) {
  const { t } = useWords()
  const { me, people } = visit
  const { lead, ready } = visit.room ?? {}
  const leader = people.find(({ seat }) => seat === lead)
  const mine = lead !== undefined && lead === me.seat
  const hosts = people.filter((person) => person.host && !person.me && person.state === 'in')
  const hand = (seat: string) => room.act.mutate({ do: 'lead', seat })
  return (
    <div className={css.lead}>
      {leader && <p>{mine ? t('room.youLead') : t('room.leads', { name: leader.name })}</p>}
      {ready && <p role="status">{me.role === 'clinician' ? t('room.readyForYou') : t('room.readySaid')}</p>}
      <div className={css.all}>
        {mine && me.role === 'nurse' && !ready && !hosts.some(({ role }) => role === 'clinician') && <Button variant="default" onClick={() => hand('')}>{t('room.ready')}</Button>}
        {mine && hosts.map(({ seat, name }) => <Button key={seat} variant="default" onClick={() => hand(seat)}>{t('room.handTo', { name })}</Button>)}
        {!mine && leader && me.role === 'clinician' && me.seat && <Button variant="default" onClick={() => hand(me.seat!)}>{t('room.takeOver')}</Button>}
      </div>
    </div>
  )
}

function Here({ person, visit, room, can }: { person: VisitPerson; visit: Visit; room: Room; can: boolean }) {
  const { t } = useWords()
  const called = useCalled()
  const [sure, setSure] = useState(false)
  const { seat, name } = person
  const large = visit.room?.spotlight === seat
  const mic = room.now.seats.find((one) => one.seat === seat)?.mic
  const act = (what: 'mute' | 'remove' | 'return' | 'spotlight', of = seat) => room.act.mutate({ do: what, seat: of })
  return (
    <li className={css.person}>
      <b>{called(person)}{person.state === 'left' && <span className="meta"> {t('cockpit.left')}</span>}</b>
      <span className={css.acts}>
        {can && mic && <Act name={name} says="room.mute" ofWhom="room.muteOf" onPress={() => act('mute')} />}
        {can && (large || person.state !== 'left') && (large
          ? <Act name={name} says="room.small" ofWhom="room.smallOf" onPress={() => act('spotlight', '')} />
          : <Act name={name} says="room.large" ofWhom="room.largeOf" onPress={() => act('spotlight')} />)}
        {!person.host && <Act name={name} says="plan.sendBack" ofWhom="plan.sendBackOf" onPress={() => act('return')} />}
        {can && !person.host && !sure && <Act name={name} says="room.remove" ofWhom="room.removeOf" onPress={() => setSure(true)} />}
      </span>
      {sure && (
        <div className={css.sure} role="alertdialog" aria-label={t('room.removeSure', { name })}>
          <p className="strong">{t('room.removeSure', { name })}</p>
          <p>{t('room.removeText')}</p>
          <div className={css.all}>
            <Button variant="danger" autoFocus onClick={() => { setSure(false); act('remove') }}>{t('room.removeGo', { name })}</Button>
            <Button variant="subtle" onClick={() => setSure(false)}>{t('room.removeKeep')}</Button>
          </div>
        </div>
      )}
    </li>
  )
}

type One = 'room.mute' | 'room.large' | 'room.small' | 'room.remove' | 'room.letBack' | 'plan.sendBack'
type Of = 'room.muteOf' | 'room.largeOf' | 'room.smallOf' | 'room.removeOf' | 'room.letBackOf' | 'plan.sendBackOf'

/** Short to see, and whole to hear. */
function Act({ name, says, ofWhom, onPress }: { name: string; says: One; ofWhom: Of; onPress: () => void }) {
  const { t } = useWords()
  return <Button variant="subtle" onClick={onPress}><span aria-hidden="true">{t(says)}</span><span className="sr">{t(ofWhom, { name })}</span></Button>
}
