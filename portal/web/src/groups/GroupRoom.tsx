import { HostRoom } from '../cockpit/HostRoom'
import type { Room } from '../cockpit/useRoom'
import video from '../cockpit/video.module.css'
import { InCall } from '../cockpit/VideoPane'
import { timeOf } from '../format/date'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { checkLine } from '../visits/checkWords'
import type { VisitPerson } from '../visits/types'
import type { GroupVisit } from './calls'

/** The call of a group with what who leads it does there; before it, who is at the door. */
export function GroupRoom({ group, room }: { group: GroupVisit; room: Room }) {
  const { t } = useWords()
  const said = useErrorText()
  const off = group.appointment.status === 'cancelled'
  const over = group.state === 'ended' || off
  return (
    <div className={video.pane}>
      {room.joined && <InCall visit={group} room={room} />}
      {over && <p className={video.over}>{t(off ? 'groups.cancelled' : 'cockpit.ended')}</p>}
      {!room.joined && !over && group.me.host && (
        <div className={video.begin}>
          <Button wide icon="video" loading={room.act.isPending} onClick={room.start}>{t(group.state !== 'live' ? 'groups.start' : 'groups.join')}</Button>
          <p className="meta">{t('groups.startText')}</p>
        </div>
      )}
      {room.act.error && <p className={video.error} role="alert">{said(room.act.error)}</p>}
      {!over && group.me.host && <Door room={room} />}
      {room.joined && <HostRoom visit={group} room={room} />}
    </div>
  )
}

/** Who waits: one by one, or all at once. */
function Door({ room }: { room: Room }) {
  const { t } = useWords()
  if (room.waiting.length === 0) return room.joined ? null : <div className={video.door}><h2>{t('cockpit.nobody')}</h2><p className="dim">{t('cockpit.nobodyText')}</p></div>
  return (
    <section className={video.door} aria-label={t('groups.waiting')} role="status">
      <h2>{t('groups.waiting')}</h2>
      <div className={video.doorButtons}><Button loading={room.act.isPending} onClick={room.letAllIn}>{t('groups.letAll')}</Button></div>
      <ul>{room.waiting.map((person) => <Waiting key={person.seat} person={person} room={room} />)}</ul>
    </section>
  )
}

function Waiting({ person, room }: { person: VisitPerson; room: Room }) {
  const { t, locale, clock } = useWords()
  return (
    <li className={video.waiting}>
      <Face name={person.name} acting={person.role === 'proxy'} />
      <div className="grow">
        <p><b>{person.name}</b>{person.for && ` ${t('groups.for', { name: person.for })}`}</p>
        <p className="dim">{[person.called && t('groups.called', { name: person.called }), person.waitingSince && t('cockpit.since', { time: timeOf(person.waitingSince, clock.zone) }), checkLine(person.check, t, locale)].filter(Boolean).join('. ')}</p>
        <div className={video.doorButtons}>
          <Button variant="default" loading={room.act.isPending} onClick={() => room.letIn(person.seat)}><span aria-hidden="true">{t('cockpit.letIn')}</span><span className="sr">{t('cockpit.letInName', { name: person.name })}</span></Button>
          <Button variant="subtle" onClick={() => room.act.mutate({ do: 'refuse', seat: person.seat })}>{t('cockpit.refuse')}</Button>
        </div>
      </div>
    </li>
  )
}
