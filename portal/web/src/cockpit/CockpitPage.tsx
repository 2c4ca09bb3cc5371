import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useContext, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { isNotFound } from '../api/problem'
import { ChartHead } from '../clinic/ChartHead'
import { useKeyHints, useKeys } from '../clinic/keys'
import { ErrorPage } from '../shell/ErrorPage'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { HeldContext } from '../visits/held'
import { visitQuery } from '../visits/queries'
import css from './cockpit.module.css'
import { InGroup } from './InGroup'
import { NotePane } from './NotePane'
import { TalkClock } from './TalkClock'
import { useLetIn } from './useLetIn'
import { useOpened } from './useOpened'
import type { Room } from './useRoom'
import { VideoPane } from './VideoPane'
import { VisitChart } from './VisitChart'

const panes = ['video', 'chart', 'note'] as const
type Pane = (typeof panes)[number]

/** Who one talks to, what is known of them, and what is written about it: side by side, or one at a time on a phone. */
export function CockpitPage() {
  const { t } = useWords()
  const { patient, visit } = useParams({ from: '/gate/clinic/visits/$patient/$visit' })
  usePageTitle(t('cockpit.page'))
  const opened = useOpened(patient, visit)
  // Each visit has a page of its own: nothing of one is carried to the next.
  return opened ? <Panes key={visit} patient={patient} id={visit} /> : <div className={css.loading}><h1 className="sr">{t('cockpit.page')}</h1><Skeleton heights={[56, 300, 200]} /></div>
}

function Panes({ patient, id }: { patient: string; id: string }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const visit = useQuery(visitQuery(patient, id))
  // The call lives beside the pages, so that it goes on when one looks elsewhere.
  const held = useContext(HeldContext)
  useLayoutEffect(() => held.open('clinic', patient, id), [held, patient, id])
  const room = useSyncExternalStore(held.subscribe, () => held.partOf<Room>('clinic', id))
  useLetIn(room)
  const [chosen, setPane] = useState<Pane>()
  const pane = chosen ?? (visit.data?.state === 'ended' ? 'note' : 'video') // where one pane is shown at a time
  const places = useRef<Partial<Record<Pane, HTMLElement | null>>>({})
  const next = () => {
    const at = panes.findIndex((name) => places.current[name]?.contains(document.activeElement))
    const to = panes[(at + 1) % panes.length]!
    setPane(to)
    // A pane that was folded away can take the focus once it is drawn.
    requestAnimationFrame(() => places.current[to]?.focus())
  }
  const nextPane = useRef(next)
  nextPane.current = next
  useEffect(() => {
    // Also out of a field: that is what this key is for.
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F6') return
      event.preventDefault()
      nextPane.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  useKeys({ l: () => room?.letIn(), m: () => room?.joined && room.media.setMic(!room.view.mic), u: () => room?.joined && visit.data?.me.controls !== false && room.act.mutate({ do: 'mute', seat: '' }), b: () => void navigate({ to: '/clinic/today' }), '/': () => { setPane('note'); requestAnimationFrame(() => document.getElementById('plan-add')?.focus()) } })
  useKeyHints([
    { keys: ['L'], says: t('cockpit.key.letIn') }, { keys: ['M'], says: t('cockpit.key.mute') }, { keys: ['U'], says: t('room.muteAll') }, { keys: ['/'], says: t('cockpit.key.order') }, { keys: ['F6'], says: t('cockpit.key.pane') },
    { keys: ['Ctrl', 'Enter'], says: t('cockpit.key.sign') }, { keys: ['B'], says: t('cockpit.key.back') },
  ])
  if (visit.error && !visit.data) {
    return isNotFound(visit.error) ? <ErrorPage error={visit.error} reset={() => void visit.refetch()} /> : <div className={css.loading}><LoadError error={visit.error} onRetry={() => void visit.refetch()} /></div>
  }
  const place = (name: Pane) => (element: HTMLElement | null) => { places.current[name] = element }
  return (
    <div className={css.cockpit}>
      <h1 className="sr">{t('cockpit.page')}</h1>
      <ChartHead patient={patient} back="today" waits={visit.isPending}>{visit.data && <TalkClock visit={visit.data} />}</ChartHead>
      <div className={css.tabs} role="tablist" aria-label={t('cockpit.panes')}>
        {panes.map((name) => <button key={name} type="button" role="tab" aria-selected={pane === name} onClick={() => setPane(name)}>{t(`cockpit.${name}`)}</button>)}
      </div>
      {visit.data && room ? (
        <div className={css.panes} data-pane={pane} data-call={room.joined || undefined}>
          <section ref={place('video')} tabIndex={-1} className={css.video} aria-label={t('cockpit.video')}>{visit.data.appointment.group ? <InGroup group={visit.data.appointment.group} /> : <VideoPane visit={visit.data} room={room} />}</section>
          <section ref={place('chart')} tabIndex={-1} className={css.chart} aria-label={t('cockpit.chart')}><VisitChart patient={patient} visit={visit.data} /></section>
          <section ref={place('note')} tabIndex={-1} className={css.note} aria-label={t('cockpit.note')}><NotePane patient={patient} visit={visit.data} room={room} /></section>
        </div>
      ) : <div className={css.loading}><Skeleton heights={[300, 200]} /></div>}
    </div>
  )
}
