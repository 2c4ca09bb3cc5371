import { useRef, useState } from 'react'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { CaptionLines, CaptionsBar } from '../visits/Captions'
import { Chat, useUnreadChat } from '../visits/Chat'
import { ConnectionWords } from '../visits/ConnectionWords'
import { Control, Controls } from '../visits/Controls'
import { Names } from '../visits/Crowd'
import { byeWord, isCrowd, stageOf } from '../visits/people'
import { RecordedTiles } from '../visits/recorded'
import { AskToRecord, RecordingBar } from '../visits/RecordingBar'
import { clockText } from '../visits/step'
import { OnlySound, OnlySoundButton } from '../visits/OnlySound'
import { CannotSeal, SealAsk, SealCode, SealDropped } from '../visits/Seal'
import { SmallPicture } from '../visits/SmallPicture'
import { Tile } from '../visits/Tile'
import type { Visit } from '../visits/types'
import { useCalled } from '../visits/useCalled'
import { usePins } from '../visits/usePins'
import { RoomNews } from '../visits/RoomNews'
import { useWants } from '../visits/useWants'
import { canFloat } from '../visits/useWindow'
import css from './video.module.css'
import { Late } from './Late'
import type { Room } from './useRoom'
import { Ratings } from './Beside'
import { HostRoom } from './HostRoom'
import { Lines } from './Lines'
import { WaitingPeople } from './WaitingPeople'
import { WhereNow } from './WhereNow'

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
          <Button wide icon="video" variant={room.waiting.length > 0 ? 'default' : 'filled'} loading={room.act.isPending} onClick={room.start}>{visit.state !== 'live' ? t('cockpit.start') : visit.me.state === 'none' ? t('room.join') : t('end.goBack')}</Button>
          {room.elsewhere !== undefined && <p className="strong">{t('small.elsewhere', { name: room.elsewhere })}</p>}
          <p className="meta">{t('cockpit.startText')}</p>
          {visit.room?.ready && <p className="strong" role="status">{t('room.readyForYou')}</p>}
        </div>
      )}
      {!video && <p className={css.over}>{t('cockpit.notVideo')}</p>}
      {room.act.error && <p className={css.error} role="alert">{said(room.act.error)}</p>}
      {!over && video && <WaitingPeople visit={visit} room={room} />}
      <WhereNow visit={visit} />
      {room.joined && room.now.seal ? <SealCode visit={visit} seal={room.now.seal} act={room.act} /> : !over && video && <SealAsk visit={visit} act={room.act} />}
      {room.joined && <HostRoom visit={visit} room={room} />}
      {over && <Ratings visit={visit} />}
      {over && <Lines visit={visit} />}
      {!over && <Late visit={visit} act={room.act} />}
    </div>
  )
}

/** The call with what those who hold it do in it. */
export function InCall({ visit, room }: { visit: Visit; room: Room }) {
  const { t } = useWords()
  const { call, media, view, now, captions, small } = room
  const [chat, setChat] = useState(false)
  const [ending, setEnding] = useState(false)
  const called = useCalled()
  const big = useRef<HTMLDivElement>(null)
  const unread = useUnreadChat(room.source, true, chat)
  const { main, minis } = stageOf(visit, now, called)
  const pins = usePins(call)
  // Somebody was let in, and reads another page at the moment.
  const coming = visit.people.find(({ me, state }) => !me && state === 'admitted')
  const crowd = isCrowd(now)
  useWants(call, main ? [main] : [], minis)
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
    <RecordedTiles value={now.recording === 'on'}>
      <RecordingBar visit={visit} act={room.act} room={now.recording} />
      <div className={css.big} ref={big} data-big data-captions={captions.view.wants || undefined}>
        {main ? <Tile name={main.name} track={main.track} muted={main.muted} speaking={main.speaking} frozen={frozen || main.away} whole={main.screen} className={css.fill} />
          : <div className={css.nobody}>{now.phase === 'joining' ? t('visit.joining') : coming ? t('cockpit.coming', { name: coming.name }) : t('cockpit.alone')}</div>}
        <div className={css.words}><ConnectionWords view={now} /></div>
        <div className={css.sound}><OnlySoundButton media={media} view={view} /></div>
        {canFloat() ? <button type="button" className={css.float} onClick={small.at ? small.close : small.open}>{small.at ? t('small.here') : t('small.own')}</button> : <SmallPicture box={big} className={css.float} />}
        <RoomNews visit={visit} call={now} mic={view.mic} />
        <CaptionLines visit={visit} here={captions} />
      </div>
      <CaptionsBar visit={visit} here={captions} />
      <div className={css.small}>
        {minis.filter(({ track }) => track || !crowd).map((mini) => <Tile key={mini.seat} name={mini.name} track={mini.track} muted={mini.muted} speaking={mini.speaking} frozen={frozen || mini.away} className={css.tile} />)}
        <Tile name={t('you')} track={view.tracks.camera} self mirrored={media.mirrored()} muted={!view.mic} className={css.tile} />
      </div>
      {crowd && <Names faces={minis} pins={pins} frozen={frozen} />}
      <OnlySound inline visit={visit} now={now} media={media} view={view} />
      <div className={css.controls}>
        <Controls dense media={media} view={view} chat={{ open: chat, unread, toggle: () => setChat(!chat) }} captions={captions} onLeave={room.leave} extra={visit.me.controls !== false && <Control icon="hangUp" end onClick={() => setEnding(true)}>{t('cockpit.end')}</Control>} />
      </div>
      {ending && (
        <div className={css.sure} role="alertdialog" aria-label={t('cockpit.endSure')}>
          <p className="strong">{t('cockpit.endSure')}</p>
          <div><Button variant="danger" autoFocus loading={room.act.isPending} onClick={() => void room.end().catch(() => undefined)}>{t('cockpit.endGo')}</Button><Button variant="subtle" onClick={() => setEnding(false)}>{t('cockpit.endKeep')}</Button></div>
        </div>
      )}
      {chat && <div className={css.chat}><Chat room source={room.source} onClose={() => setChat(false)} /></div>}
      <AskToRecord visit={visit} act={room.act} />
    </RecordedTiles>
  )
}
