import { HostRoom } from '../cockpit/HostRoom'
import { Late, SayLate } from '../cockpit/Late'
import type { Room } from '../cockpit/useRoom'
import video from '../cockpit/video.module.css'
import { InCall } from '../cockpit/VideoPane'
import { WaitingPeople } from '../cockpit/WaitingPeople'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { useVisitAct } from '../visits/queries'
import type { VisitPerson } from '../visits/types'
import type { GroupVisit, Member } from './calls'
import { Missed } from './Missed'

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
      {group.me.host && group.state !== 'live' && <Missed id={group.id} group={group} />}
      {!room.joined && !over && group.me.host && (
        <div className={video.begin}>
          <Button wide icon="video" variant={room.waiting.length > 0 ? 'default' : 'filled'} loading={room.act.isPending} onClick={room.start}>{t(group.state !== 'live' ? 'groups.start' : 'groups.join')}</Button>
          <p className="meta">{t('groups.startText')}</p>
        </div>
      )}
      {!over && (group.me.host || group.me.role === 'frontdesk') && <Late visit={group} act={room.act} />}
      {room.act.error && <p className={video.error} role="alert">{said(room.act.error)}</p>}
      {!over && group.me.host && <WaitingPeople visit={group} room={room} more={(person) => <Behind group={group} person={person} />} />}
      {room.joined && <HostRoom visit={group} room={room} />}
    </div>
  )
}

/** Says to one who waits how far behind the group is: they and who came with them see it. */
function Behind({ group, person }: { group: GroupVisit; person: VisitPerson }) {
  const member = group.members.find(({ visit }) => visit === person.visit)
  return member ? <BehindOf member={member} name={person.name} /> : null
}

function BehindOf({ member, name }: { member: Member; name: string }) {
  const said = useErrorText()
  const act = useVisitAct(member.patient, member.visit)
  return <>{act.error && <p className={video.error} role="alert">{said(act.error)}</p>}<SayLate behind={member.behindMinutes ?? 0} name={name} act={act} /></>
}
