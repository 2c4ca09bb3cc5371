import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useContext, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { isNotFound } from '../api/problem'
import { useWhenWords } from '../booking/words'
import { useKeyHints, useKeys } from '../clinic/keys'
import cockpit from '../cockpit/cockpit.module.css'
import type { Room } from '../cockpit/useRoom'
import { ErrorPage } from '../shell/ErrorPage'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { HeldContext } from '../visits/held'
import { stateOf } from '../visits/source'
import { groupOf, type GroupVisit } from './calls'
import { GroupRoom } from './GroupRoom'
import css from './groups.module.css'
import { Members } from './Members'
import { MemberNote } from './MemberNote'
import { Notes } from './Notes'

const panes = ['video', 'members', 'side'] as const

/** The call, who comes, and each one's own note: side by side, or one at a time on a phone. */
export function GroupPage() {
  const { group } = useParams({ from: '/gate/clinic/groups/$group' })
  return <Panes key={group} id={group} />
}

function Panes({ id }: { id: string }) {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  const source = groupOf(id)
  const found = useQuery(stateOf(source))
  // The call lives beside the pages, so that it goes on while a member's chart is looked at.
  const held = useContext(HeldContext)
  useLayoutEffect(() => held.open('clinic', '', id), [held, id])
  const room = useSyncExternalStore(held.subscribe, () => held.partOf<Room>('clinic', id))
  const [chosen, choose] = useState<string>()
  const [pane, setPane] = useState<(typeof panes)[number]>('video')
  usePageTitle(t('groups.one'))
  const group = found.data as GroupVisit | undefined
  useKeys({ l: () => room?.letIn(), m: () => room?.joined && room.media.setMic(!room.view.mic), u: () => room?.joined && group?.me.controls && room.act.mutate({ do: 'mute', seat: '' }) })
  useKeyHints(group?.me.host && group.state !== 'ended' ? [{ keys: ['L'], says: t('cockpit.key.letIn') }, { keys: ['M'], says: t('cockpit.key.mute') }, { keys: ['U'], says: t('room.muteAll') }] : [])
  if (found.error && !group) return isNotFound(found.error) ? <ErrorPage error={found.error} reset={() => void found.refetch()} /> : <LoadError error={found.error} onRetry={() => void found.refetch()} />
  if (!group || !room) return <div className={cockpit.loading}><h1 className="sr">{t('groups.one')}</h1><Skeleton heights={[56, 300, 200]} /></div>
  const { appointment } = group
  const member = group.members.find(({ visit }) => visit === chosen)
  const head = (
    <header className={css.head}>
      <div className="grow">
        <h1>{t('groups.one')}: {appointment.group?.subject}</h1>
        <p className="meta">{[t('appointment.at', { day: dayTitle(appointment.start), time: time(appointment.start) }), appointment.practitioner.name, t('groups.taken', { booked: group.booked, places: appointment.group?.places ?? 0 })].join('. ')}</p>
      </div>
    </header>
  )
  // Who only books sees who comes, and nothing of the call.
  if (!group.me.host) return <div className={css.only}>{head}<GroupRoom group={group} room={room} /><Members id={id} group={group} chosen={undefined} /></div>
  return (
    <div className={cockpit.cockpit}>
      {head}
      <div className={cockpit.tabs} role="tablist" aria-label={t('groups.panes')}>
        {panes.map((name) => <button key={name} type="button" role="tab" aria-selected={pane === name} onClick={() => setPane(name)}>{t(`groups.${name}`)}</button>)}
      </div>
      {/* The panes of the cockpit: its middle one has the members here. */}
      <div className={cockpit.panes} data-pane={pane === 'members' ? 'chart' : pane === 'side' ? 'note' : 'video'} data-call={room.joined || undefined}>
        <section className={cockpit.video} aria-label={t('groups.video')}><GroupRoom group={group} room={room} /></section>
        <section className={cockpit.chart} aria-label={t('groups.members')}><Members id={id} group={group} chosen={chosen} onNote={(visit) => { choose(visit); setPane('side') }} /></section>
        <section className={cockpit.note} aria-label={t('groups.notes')}>
          {member ? <MemberNote key={member.visit} group={group} member={member} room={room} onBack={() => choose(undefined)} /> : <Notes id={id} group={group} />}
        </section>
      </div>
    </div>
  )
}
