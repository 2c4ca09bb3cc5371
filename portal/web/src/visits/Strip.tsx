import { useRef } from 'react'
import { createPortal } from 'react-dom'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import { CaptionLines, CaptionsAsk, hasCaptionsAsk } from './Captions'
import { useUnreadChat } from './Chat'
import { Control } from './Controls'
import controls from './controls.module.css'
import type { Part } from './held'
import { stageOf } from './people'
import { RecordedTiles } from './recorded'
import { asksToRecord, hasRecordingNews, RecordingBar } from './RecordingBar'
import css from './small.module.css'
import { SmallPicture } from './SmallPicture'
import { isInside, type Step } from './step'
import { Tile } from './Tile'
import type { Visit } from './types'
import { useCalled } from './useCalled'
import { useWants } from './useWants'
import { canFloat } from './useWindow'

interface Props { visit: Visit; part: Part }
type Back = { onBack: () => void }

/** The visit while its page is not in front: a strip under the other pages, and a window over other programs. */
export function SmallVisit({ visit, part, open, onBack }: Props & Back & { open: boolean }) {
  const at = part.small?.at
  const back = () => {
    window.focus()
    part.small?.close()
    onBack()
  }
  return (
    <>
      {!open && <Strip visit={visit} part={part} onBack={back} />}
      {!open && <Pictures visit={visit} part={part} large={Boolean(at)} />}
      {at && createPortal(<Floating visit={visit} part={part} onBack={back} />, at)}
    </>
  )
}

const useMain = ({ visit, part }: Props) => stageOf(visit, part.now, useCalled())

/** Asks for as large a picture as is shown. */
function Pictures({ visit, part, large }: Props & { large: boolean }) {
  const { main, minis } = useMain({ visit, part })
  const mains = main ? [main] : []
  useWants(part.call, large ? mains : [], large ? minis : [...mains, ...minis])
  return null
}

/** Why there is no call right now, though one is in the visit. */
function useGone({ now, seal }: Part): string | undefined {
  const { t } = useWords()
  if (seal.cannot) return t('seal.cannot')
  if (seal.dropped) return t('seal.dropped')
  return now.phase === 'lost' || now.phase === 'over' ? t('small.lost') : undefined
}

function Face({ visit, part }: Props) {
  const { t } = useWords()
  const { main } = useMain({ visit, part })
  const gone = useGone(part)
  const { now } = part
  if (gone) return <p className={css.nobody}>{gone}</p>
  if (!main) return <p className={css.nobody}>{now.phase === 'joining' ? t('visit.joining') : t('small.alone')}</p>
  return <Tile name={main.name} track={main.track} muted={main.muted} speaking={main.speaking} frozen={now.phase === 'reconnecting' || main.away} whole={main.screen} className={css.fill} />
}

function OwnControls({ part: { media, view } }: { part: Part }) {
  const { t } = useWords()
  return (
    <>
      <Control icon={view.mic ? 'mic' : 'micOff'} off={!view.mic} onClick={() => media.setMic(!view.mic)}>{view.mic ? t('visit.mute') : t('visit.unmute')}</Control>
      <Control icon={view.cam ? 'camera' : 'cameraOff'} off={!view.cam} onClick={() => media.setCam(!view.cam)}>{view.cam ? t('visit.cameraOff') : t('visit.cameraOn')}</Control>
    </>
  )
}

/** For who holds the visit leaving is not the end of it; everybody else hangs up. */
function Leave({ visit, part }: Props) {
  const { t } = useWords()
  return <Control icon={visit.me.host ? 'leave' : 'hangUp'} end={!visit.me.host} onClick={part.leave}>{t('visit.leave')}</Control>
}

/** Under the page that is in front, so that it hides nothing of it. What one is asked in a visit is asked here as well: who does not answer has not agreed. */
export function Strip({ visit, part, onBack }: Props & Back) {
  const { t } = useWords()
  const box = useRef<HTMLDivElement>(null)
  const { main } = useMain({ visit, part })
  const gone = useGone(part)
  const unread = useUnreadChat(part.source, true, false)
  const { captions, small, now } = part
  const words = captions.view.own === 'yes' && captions.view.asked.length > 0
  return (
    <section className={css.strip} aria-label={t('small.title')}>
      {hasRecordingNews(visit, now.recording) && <RecordingBar visit={visit} act={part.act} room={now.recording} className={css.asks} />}
      <CaptionsAsk visit={visit} here={captions} className={css.asks} />
      <RecordedTiles value={now.recording === 'on'}>
        <div className={css.picture} ref={box}>{small?.at ? <p className={css.nobody}>{t('small.inWindow')}</p> : <Face visit={visit} part={part} />}</div>
      </RecordedTiles>
      <div className={css.says}>
        <p className="strong" role="status">{gone ?? (now.phase === 'reconnecting' ? t('visit.line.lost') : main ? t('small.with', { name: main.name }) : t('small.alone'))}</p>
        {words && <p className="meta">{t('small.words')}</p>}
        {unread > 0 && <p className="meta" role="status">{t('visit.chat')}: {t('visit.newChat', { count: unread })}</p>}
      </div>
      {now.phase === 'lost' && <Button variant="default" onClick={() => part.call?.retry()}>{t('tryAgain')}</Button>}
      {small?.at ? <Button variant="subtle" className={css.float} onClick={small.close}>{t('small.here')}</Button>
        : small && canFloat() ? <Button variant="subtle" className={css.float} onClick={small.open}>{t('small.own')}</Button>
          : <SmallPicture box={box} className={css.plain} />}
      <div className={`${controls.controls} ${css.acts}`} data-dense role="group" aria-label={t('visit.controls')}>
        <OwnControls part={part} />
        <Leave visit={visit} part={part} />
      </div>
      <Button className={css.back} onClick={onBack}>{t('small.back')}</Button>
    </section>
  )
}

/** How the call or the wait ended, for who looked at another page then. */
export function Over({ step, onBack, onTold }: Back & { step: Step; onTold: () => void }) {
  const { t } = useWords()
  const ended = step === 'over' || step === 'removed' || step === 'refused' || step === 'cancelled'
  return (
    <section className={css.strip} aria-label={t('small.title')}>
      <p className={`strong ${css.says}`} role="status">{ended ? t(`end.${step}`) : t(isInside(step) && step !== 'visit' ? 'small.out' : 'small.lost')}</p>
      <Button variant="subtle" onClick={onTold}>{t('close')}</Button>
      <Button onClick={onBack}>{t('small.back')}</Button>
    </section>
  )
}

/** What stands in the window of its own. */
function Floating({ visit, part, onBack }: Props & Back) {
  const { t } = useWords()
  const { captions, view, media } = part
  const asked = asksToRecord(visit) || hasCaptionsAsk(captions)
  return (
    <RecordedTiles value={part.now.recording === 'on'}>
      <main className={css.window} aria-label={t('small.title')}>
        <h1 className="sr">{t('small.title')}</h1>
        <div className={css.stage}>
          <Face visit={visit} part={part} />
          {view.tracks.camera && <Tile name={t('you')} track={view.tracks.camera} self mirrored={media.mirrored()} muted={!view.mic} className={css.self} />}
          <CaptionLines visit={visit} here={captions} />
        </div>
        {asked && <p className={css.words} role="status">{t('small.question')}</p>}
        {captions.view.own === 'yes' && captions.view.asked.length > 0 && <p className={css.words}>{t('small.words')}</p>}
        <div className={css.acts} role="group" aria-label={t('visit.controls')}>
          <OwnControls part={part} />
          <Control icon="back" onClick={onBack}>{t('small.back')}</Control>
          <Leave visit={visit} part={part} />
        </div>
      </main>
    </RecordedTiles>
  )
}
