import { useEffect, useRef } from 'react'
import { onBack, playAgain } from '../rtc/back'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { useRecorded } from './recorded'
import css from './tile.module.css'
import { VisitIcon } from './VisitIcon'

interface TileProps {
  name: string
  track?: MediaStreamTrack
  muted?: boolean
  speaking?: boolean
  /** The last picture stays, dimmed, while a connection comes back. */
  frozen?: boolean
  self?: boolean
  mirrored?: boolean
  /** A screen is shown whole; a face fills its tile. */
  whole?: boolean
  className?: string
}

export function Tile({ name, track, muted = false, speaking = false, frozen = false, self = false, mirrored = false, whole = false, className = '' }: TileProps) {
  const { t } = useWords()
  const recorded = useRecorded()
  const says = [name, recorded && t('rec.mark'), muted && t('visit.muted'), !track && t('visit.pictureOff'), frozen && t('visit.reconnecting')].filter(Boolean).join(', ')
  return (
    <div className={`${css.tile} ${className}`} role="group" aria-label={says} data-self={self || undefined} data-speaking={speaking || undefined} data-frozen={frozen || undefined}>
      {track ? <Picture track={track} mirrored={mirrored} whole={whole} /> : (
        <div className={css.off}>
          <Face name={name} size="l" />
          <span>{t('visit.pictureOff')}</span>
        </div>
      )}
      {frozen && <span className={css.back}>{t('visit.reconnecting')}</span>}
      <span className={css.name}>{recorded && <i className={css.rec} aria-hidden="true" />}{muted && <VisitIcon name="micOff" size={16} />}{name}</span>
    </div>
  )
}

function Picture({ track, mirrored, whole }: { track: MediaStreamTrack; mirrored: boolean; whole: boolean }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current
    if (!element) return undefined
    element.srcObject = new MediaStream([track])
    // A page in the background may not play; it does when it is back in front.
    const play = () => void element.play().catch(() => undefined)
    play()
    const away = onBack(() => {
      playAgain(element)
      play()
    })
    return () => {
      away()
      element.srcObject = null
    }
  }, [track])
  return <video ref={video} className={css.video} data-mirrored={mirrored || undefined} data-whole={whole || undefined} autoPlay playsInline muted tabIndex={-1} />
}
