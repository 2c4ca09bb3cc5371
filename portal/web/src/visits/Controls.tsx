import type { ReactNode } from 'react'
import { useWords } from '../ui/useWords'
import type { LocalMedia, MediaView } from '../rtc/media'
import css from './controls.module.css'
import type { CaptionsHere } from './useCaptions'
import { VisitIcon, type VisitIconName } from './VisitIcon'

export interface ControlsProps {
  media: LocalMedia
  view: MediaView
  chat: { open: boolean; unread: number; toggle(): void }
  captions: CaptionsHere
  onLeave(): void
  /** The clinician ends the visit for everybody; everybody else only leaves. */
  extra?: ReactNode
  dense?: boolean
}

/** Mute, camera, share or turn, captions, chat, leave: always these, always with their words. */
export function Controls({ media, view, chat, captions, onLeave, extra, dense }: ControlsProps) {
  const { t } = useWords()
  const sharing = Boolean(view.tracks.screen)
  const cameras = view.devices.filter(({ kind }) => kind === 'videoinput').length
  return (
    <div className={css.controls} role="group" aria-label={t('visit.controls')} data-dense={dense || undefined}>
      <Control icon={view.mic ? 'mic' : 'micOff'} off={!view.mic} onClick={() => media.setMic(!view.mic)}>{view.mic ? t('visit.mute') : t('visit.unmute')}</Control>
      <Control icon={view.cam ? 'camera' : 'cameraOff'} off={!view.cam} onClick={() => media.setCam(!view.cam)}>{view.cam ? t('visit.cameraOff') : t('visit.cameraOn')}</Control>
      {media.canShare() ? (
        <Control icon="screen" pressed={sharing} onClick={() => (sharing ? media.unshare() : void media.share())}>{sharing ? t('visit.unshare') : t('visit.share')}</Control>
      ) : cameras > 1 && (
        <Control icon="flip" onClick={() => void media.flip()}>{t('visit.flip')}</Control>
      )}
      <Control icon="captions" pressed={captions.view.wants} onClick={() => captions.captions?.want(!captions.view.wants)}>{t('captions.word')}</Control>
      <Control icon="chat" pressed={chat.open} onClick={chat.toggle} count={chat.unread} countSays={t('visit.newChat', { count: chat.unread })}>{t('visit.chat')}</Control>
      <Control icon={extra ? 'leave' : 'hangUp'} end={!extra} onClick={onLeave}>{t('visit.leave')}</Control>
      {extra}
    </div>
  )
}

interface ControlProps { icon: VisitIconName; children: string; onClick(): void; off?: boolean; pressed?: boolean; end?: boolean; count?: number; countSays?: string }

/** The word says what a press does, so it needs no pressed state; only what stays open has one. */
export function Control({ icon, children, onClick, off, pressed, end, count = 0, countSays }: ControlProps) {
  return (
    <button type="button" className={css.control} data-off={off || undefined} data-end={end || undefined} aria-pressed={pressed} onClick={onClick}>
      <span className={css.disc}><VisitIcon name={icon} size={26} />{count > 0 && <span className={css.count} aria-hidden="true">{count}</span>}</span>
      <span>{children}</span>
      {count > 0 && <span className="sr">{countSays}</span>}
    </button>
  )
}
