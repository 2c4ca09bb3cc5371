import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { Button, LinkButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './visit.module.css'
import { CaptionLines, CaptionsBar } from './Captions'
import { Chat, useUnreadChat } from './Chat'
import { ConnectionWords } from './ConnectionWords'
import { Controls } from './Controls'
import { Crowd } from './Crowd'
import { byeWord, isCrowd, stageOf } from './people'
import { CannotSeal, SealDropped, SealOver } from './Seal'
import { Minis, useCorner } from './Minis'
import { RoomNews } from './RoomNews'
import { RecordedTiles } from './recorded'
import { RecordingBar } from './RecordingBar'
import { Tile } from './Tile'
import trouble from './trouble.module.css'
import type { Visit } from './types'
import { ByPhone, OnlySound, OnlySoundButton, PhoneButton, useVisitPhone } from './OnlySound'
import { SmallPicture } from './SmallPicture'
import { useCalled } from './useCalled'
import { usePins } from './usePins'
import type { OwnPart } from './useOwnPart'
import { useWants } from './useWants'

/** The visit: the other one large, everybody else small, five controls with their words. */
export function CallStep({ visit, part }: { visit: Visit; part: OwnPart }) {
  const { t } = useWords()
  const { source, act, media, view, call, now, seal, captions, leave } = part
  const { home } = source
  const [chat, setChat] = useState(false)
  const unread = useUnreadChat(source, true, chat)
  const stage = useRef<HTMLElement>(null)
  const corner = useCorner(stage)
  const phone = useVisitPhone()
  const called = useCalled()
  const { main, minis } = stageOf(visit, now, called)
  const crowd = isCrowd(now)
  const pins = usePins(call)
  const faces = crowd && main && !main.screen ? [main, ...minis] : minis
  useWants(call, crowd ? faces.filter(({ seat }) => pins.has(seat)) : main ? [main] : [], crowd ? faces.filter(({ seat }) => !pins.has(seat)) : minis)
  if (seal.cannot || seal.dropped) {
    return <main id="content" tabIndex={-1} className={css.end}>{seal.cannot ? <CannotSeal /> : <SealDropped visit={visit} onGo={seal.goOn} onLeave={leave} />}</main>
  }
  if (now.phase === 'lost' || now.phase === 'over') {
    const why = byeWord(now)
    return (
      <main id="content" tabIndex={-1} className={css.end}>
        <h1>{t(!home && why === 'signed_out' ? 'bye.closed' : `bye.${why}`)}</h1>
        <p className={css.lead}>{t(home ? `bye.${why}Text` : why === 'signed_out' ? 'bye.closedText' : why === 'ended' ? 'end.thanksText' : `bye.${why}Text`)}</p>
        <div className={css.endButtons}>
          {(why === 'lost' || why === 'elsewhere') && <Button wide onClick={() => call?.retry()}>{t(why === 'lost' ? 'tryAgain' : 'bye.here')}</Button>}
          {why === 'lost' && phone && <PhoneButton wide phone={phone} />}
          {home && <LinkButton wide variant="default" to="/p/$patient/visits" params={{ patient: home }}>{t('end.toVisits')}</LinkButton>}
        </div>
      </main>
    )
  }
  const frozen = now.phase === 'reconnecting'
  const title = main?.name ?? visit.appointment.practitioner.name
  return (
    <RecordedTiles value={now.recording === 'on'}>
    <main id="content" tabIndex={-1} className={css.call} data-chat={chat || undefined}>
      <section className={css.stage} ref={stage} data-captions={captions.view.wants || undefined} aria-label={t('visit.stage')}>
        {main && !crowd ? (
          <Tile name={main.name} track={main.track} muted={main.muted} speaking={main.speaking} frozen={frozen || main.away} whole={main.screen} className={css.full} />
        ) : !crowd && (
          <div className={css.alone}><p>{now.phase === 'joining' ? t('visit.joining') : t('visit.alone', { name: visit.appointment.practitioner.name })}</p></div>
        )}
        {crowd ? <Crowd screen={main?.screen ? main : undefined} faces={faces} pins={pins} frozen={frozen} media={media} view={view} /> : <Minis corner={corner} minis={minis} frozen={frozen} media={media} view={view} />}
        <header className={css.callHead}><h1>{crowd ? t('visit.people', { count: now.seats.length }) : title}</h1><ConnectionWords view={now} /><div className={css.pills}><OnlySoundButton media={media} view={view} /><SmallPicture box={stage} />{home && <Link className={trouble.choose} to="/p/$patient" params={{ patient: home }}>{t('small.others')}</Link>}</div></header>
        <RoomNews visit={visit} call={now} mic={view.mic} />
        <SealOver seal={now.seal} />
        <OnlySound visit={visit} now={now} media={media} view={view} />
        <ByPhone phase={now.phase} />
        <CaptionLines visit={visit} here={captions} />
      </section>
      <RecordingBar visit={visit} act={act} room={now.recording} className={css.recording} />
      <CaptionsBar visit={visit} here={captions} className={css.recording} />
      {chat && <div className={css.chatPlace}><Chat source={source} onClose={() => setChat(false)} /></div>}
      <Controls media={media} view={view} chat={{ open: chat, unread, toggle: () => setChat(!chat) }} captions={captions} onLeave={leave} />
    </main>
    </RecordedTiles>
  )
}
