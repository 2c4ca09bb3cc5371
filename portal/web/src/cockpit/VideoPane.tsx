import { useRef, useState } from 'react'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { Chat, useUnreadChat } from '../visits/Chat'
import { visitOf } from '../visits/queries'
import { ConnectionWords } from '../visits/ConnectionWords'
import { Control, Controls } from '../visits/Controls'
import { byeWord, stageOf } from '../visits/people'
import { clockText } from '../visits/step'
import { CannotSeal, SealAsk, SealCode, SealDropped } from '../visits/Seal'
import { Tile } from '../visits/Tile'
import type { Visit } from '../visits/types'
import { useWants } from '../visits/useWants'
import { Voices } from '../visits/Voices'
import css from './video.module.css'
import { Late } from './Late'
import type { Room } from './useRoom'
import { Floating, PeopleHere, Ratings } from './Beside'
import { WaitingPeople } from './WaitingPeople'

/** The call with its controls; before it, who waits. */
export function VideoPane({ visit, room }: { visit: Visit; room: Room }) {
  const { t } = useWords()
  const said = useErrorText()
  const over = visit.state === 'ended'
  const video = visit.appointment.mode === 'video'
  return (
    <div className={css.pane}>
      {room.joined && room.seal.cannot && <CannotSeal />}
      {room.joined && room.seal.dropped && <SealDropped visit={visit} onGo={room.seal.goOn} onLeave={room.leave} />}
      {room.joined && !room.seal.cannot && !room.seal.dropped && <InCall visit={visit} room={room} />}
      {!room.joined && over && <p className={css.over}>{visit.talkSeconds > 0 ? t('cockpit.endedAfter', { minutes: clockText(visit.talkSeconds) }) : t('cockpit.ended')}</p>}
      {!room.joined && !over && video && (
        <div className={css.begin}>
          <Button wide icon="video" variant={room.waiting.length > 0 ? 'default' : 'filled'} loading={room.act.isPending} onClick={room.start}>{visit.state === 'live' ? t('end.goBack') : t('cockpit.start')}</Button>
          <p className="meta">{t('cockpit.startText')}</p>
        </div>
      )}
      {!video && <p className={css.over}>{t('cockpit.notVideo')}</p>}
      {room.act.error && <p className={css.error} role="alert">{said(room.act.error)}</p>}
      {!over && video && <WaitingPeople visit={visit} room={room} />}
      {room.joined && room.now.seal ? <SealCode visit={visit} seal={room.now.seal} act={room.act} /> : !over && video && <SealAsk visit={visit} act={room.act} />}
      {room.joined && <PeopleHere visit={visit} act={room.act} />}
      {over && <Ratings visit={visit} />}
      {!over && <Late visit={visit} act={room.act} />}
    </div>
  )
}

function InCall({ visit, room }: { visit: Visit; room: Room }) {
  const { t } = useWords()
  const { call, media, view, now } = room
  const [chat, setChat] = useState(false)
  const [ending, setEnding] = useState(false)
  const big = useRef<HTMLDivElement>(null)
  const unread = useUnreadChat(visitOf(visit.patient, visit.id), true, chat)
  const { main, minis } = stageOf(visit, now)
  useWants(call, main, minis)
  const frozen = now.phase === 'reconnecting'
  if (now.phase === 'lost' || now.phase === 'over') {
    const why = byeWord(now)
    return (
      <div className={css.gone} role="alert">
        <p className="strong">{t(`bye.${why}`)}</p>
        <p>{t(`bye.${why}Text`)}</p>
        {(why === 'lost' || why === 'elsewhere') && <Button variant="default" onClick={() => call?.retry()}>{why === 'lost' ? t('tryAgain') : t('bye.here')}</Button>}
      </div>
    )
  }
  return (
    <>
      <Voices remotes={now.remotes} />
      <div className={css.big} ref={big} data-big>
        {main ? <Tile name={main.name} track={main.track} muted={main.muted} speaking={main.speaking} frozen={frozen || main.away} whole={main.screen} className={css.fill} />
          : <div className={css.nobody}>{now.phase === 'joining' ? t('visit.joining') : t('cockpit.nobody')}</div>}
        <div className={css.words}><ConnectionWords view={now} /></div>
        <Floating box={big} />
      </div>
      <div className={css.small}>
        {minis.map((mini) => <Tile key={mini.seat} name={mini.name} track={mini.track} muted={mini.muted} speaking={mini.speaking} frozen={frozen || mini.away} className={css.tile} />)}
        <Tile name={t('you')} track={view.tracks.camera} self mirrored={media.mirrored()} muted={!view.mic} className={css.tile} />
      </div>
      {now.onlySound && now.phase === 'in' && <p className="meta" role="status">{t('visit.onlySound')}</p>}
      <div className={css.controls}>
        <Controls dense media={media} view={view} chat={{ open: chat, unread, toggle: () => setChat(!chat) }} onLeave={room.leave} extra={<Control icon="hangUp" end onClick={() => setEnding(true)}>{t('cockpit.end')}</Control>} />
      </div>
      {ending && (
        <div className={css.sure} role="alertdialog" aria-label={t('cockpit.endSure')}>
          <p className="strong">{t('cockpit.endSure')}</p>
          <div><Button variant="danger" autoFocus loading={room.act.isPending} onClick={() => void room.end().catch(() => undefined)}>{t('cockpit.endGo')}</Button><Button variant="subtle" onClick={() => setEnding(false)}>{t('cockpit.endKeep')}</Button></div>
        </div>
      )}
      {chat && <div className={css.chat}><Chat source={visitOf(visit.patient, visit.id)} onClose={() => setChat(false)} /></div>}
    </>
  )
}
