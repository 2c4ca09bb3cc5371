import { useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import { createPortal } from 'react-dom'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import { CaptionLines } from '../visits/Captions'
import { useUnreadChat } from '../visits/Chat'
import { Control } from '../visits/Controls'
import controls from '../visits/controls.module.css'
import { stageOf } from '../visits/people'
import { RecordedTiles } from '../visits/recorded'
import { Tile } from '../visits/Tile'
import type { Visit } from '../visits/types'
import { useCalled } from '../visits/useCalled'
import { useWants } from '../visits/useWants'
import { SmallPicture } from '../visits/SmallPicture'
import css from './small.module.css'
import type { Room } from './useRoom'
import { canFloat } from './useWindow'

interface Props { visit: Visit; room: Room }

/** The visit while its page is not in front: a strip under the other pages, and a window over other programs. */
export function SmallVisit({ visit, room, open }: Props & { open: boolean }) {
  const { at } = room.small
  return (
    <>
      {!open && <Strip visit={visit} room={room} />}
      {!open && <Pictures visit={visit} room={room} large={Boolean(at)} />}
      {at && createPortal(<Floating visit={visit} room={room} />, at)}
    </>
  )
}

const useMain = ({ visit, room }: Props) => stageOf(visit, room.now, useCalled())

/** Asks for as large a picture as is shown. */
function Pictures({ visit, room, large }: Props & { large: boolean }) {
  const { main, minis } = useMain({ visit, room })
  const mains = main ? [main] : []
  useWants(room.call, large ? mains : [], large ? minis : [...mains, ...minis])
  return null
}

function useBack({ visit, room }: Props) {
  const navigate = useNavigate()
  return () => {
    window.focus()
    room.small.close()
    void (visit.patient ? navigate({ to: '/clinic/visits/$patient/$visit', params: { patient: visit.patient, visit: visit.id } }) : navigate({ to: '/clinic/groups/$group', params: { group: visit.id } }))
  }
}

const gone = ({ now, seal }: Room): boolean => now.phase === 'lost' || now.phase === 'over' || seal.cannot || seal.dropped

function Face({ visit, room }: Props) {
  const { t } = useWords()
  const { main } = useMain({ visit, room })
  const { now } = room
  if (gone(room)) return <p className={css.nobody}>{t('small.lost')}</p>
  if (!main) return <p className={css.nobody}>{now.phase === 'joining' ? t('visit.joining') : t('small.alone')}</p>
  return <Tile name={main.name} track={main.track} muted={main.muted} speaking={main.speaking} frozen={now.phase === 'reconnecting' || main.away} whole={main.screen} className={css.fill} />
}

function OwnControls({ room }: { room: Room }) {
  const { t } = useWords()
  const { media, view } = room
  return (
    <>
      <Control icon={view.mic ? 'mic' : 'micOff'} off={!view.mic} onClick={() => media.setMic(!view.mic)}>{view.mic ? t('visit.mute') : t('visit.unmute')}</Control>
      <Control icon={view.cam ? 'camera' : 'cameraOff'} off={!view.cam} onClick={() => media.setCam(!view.cam)}>{view.cam ? t('visit.cameraOff') : t('visit.cameraOn')}</Control>
    </>
  )
}

/** Under the page that is in front, so that it hides nothing of it. */
function Strip({ visit, room }: Props) {
  const { t } = useWords()
  const box = useRef<HTMLDivElement>(null)
  const { main } = useMain({ visit, room })
  const back = useBack({ visit, room })
  const unread = useUnreadChat(room.source, true, false)
  const words = room.captions.view.own === 'yes' && room.captions.view.asked.length > 0
  return (
    <section className={`${css.strip} no-print`} aria-label={t('small.title')}>
      <RecordedTiles value={room.now.recording === 'on'}>
        <div className={css.picture} ref={box}>{room.small.at ? <p className={css.nobody}>{t('small.inWindow')}</p> : <Face visit={visit} room={room} />}</div>
      </RecordedTiles>
      <div className={css.says}>
        <p className="strong" role="status">{gone(room) ? t('small.lost') : main ? t('small.with', { name: main.name }) : t('small.alone')}</p>
        {words && <p className="meta">{t('small.words')}</p>}
        {unread > 0 && <p className="meta" role="status">{t('visit.chat')}: {t('visit.newChat', { count: unread })}</p>}
      </div>
      {room.small.at ? <Button variant="subtle" onClick={room.small.close}>{t('small.here')}</Button>
        : canFloat() ? <Button variant="subtle" onClick={room.small.open}>{t('small.own')}</Button>
          : <SmallPicture box={box} className={css.plain} />}
      <div className={`${controls.controls} ${css.acts}`} data-dense role="group" aria-label={t('visit.controls')}>
        <OwnControls room={room} />
        <Control icon="leave" onClick={room.leave}>{t('visit.leave')}</Control>
      </div>
      <Button onClick={back}>{t('small.back')}</Button>
    </section>
  )
}

/** What stands in the window of its own. */
function Floating({ visit, room }: Props) {
  const { t } = useWords()
  const back = useBack({ visit, room })
  return (
    <RecordedTiles value={room.now.recording === 'on'}>
      <main className={css.window} aria-label={t('small.title')}>
        <h1 className="sr">{t('small.title')}</h1>
        <div className={css.stage}>
          <Face visit={visit} room={room} />
          {room.view.tracks.camera && <Tile name={t('you')} track={room.view.tracks.camera} self mirrored={room.media.mirrored()} muted={!room.view.mic} className={css.self} />}
          <CaptionLines visit={visit} here={room.captions} />
        </div>
        {room.captions.view.own === 'yes' && room.captions.view.asked.length > 0 && <p className={css.words}>{t('small.words')}</p>}
        <div className={css.acts} role="group" aria-label={t('visit.controls')}>
          <OwnControls room={room} />
          <Control icon="back" onClick={back}>{t('small.back')}</Control>
          <Control icon="leave" onClick={room.leave}>{t('visit.leave')}</Control>
        </div>
      </main>
    </RecordedTiles>
  )
}
