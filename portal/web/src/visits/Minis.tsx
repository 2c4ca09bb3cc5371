import { useRef, useState, type PointerEvent, type RefObject } from 'react'
import type { LocalMedia, MediaView } from '../rtc/media'
import { useWords } from '../ui/useWords'
import css from './minis.module.css'
import type { Shown } from './people'
import { Tile } from './Tile'
import { VisitIcon } from './VisitIcon'

type Corner = 'top-right' | 'bottom-right' | 'bottom-left' | 'top-left'
const corners: Corner[] = ['top-right', 'bottom-right', 'bottom-left', 'top-left']
const dragPx = 24

export interface CornerPlace { corner: Corner; next(): void; down(event: PointerEvent): void; up(event: PointerEvent): void }

/** The small pictures go to any corner, by drag or by a button. */
export function useCorner(stage: RefObject<HTMLElement | null>): CornerPlace {
  const [corner, setCorner] = useState<Corner>('top-right')
  const from = useRef<{ x: number; y: number } | undefined>(undefined)
  return {
    corner,
    next: () => setCorner(corners[(corners.indexOf(corner) + 1) % corners.length]!),
    down: (event) => {
      from.current = { x: event.clientX, y: event.clientY }
    },
    up: (event) => {
      const start = from.current
      from.current = undefined
      const box = stage.current?.getBoundingClientRect()
      if (!start || !box || Math.hypot(event.clientX - start.x, event.clientY - start.y) < dragPx) return
      const right = event.clientX > box.left + box.width / 2
      const low = event.clientY > box.top + box.height / 2
      setCorner(low ? (right ? 'bottom-right' : 'bottom-left') : right ? 'top-right' : 'top-left')
    },
  }
}

export function Minis({ corner, minis, frozen, media, view }: { corner: CornerPlace; minis: Shown[]; frozen: boolean; media: LocalMedia; view: MediaView }) {
  const { t } = useWords()
  return (
    <div className={css.minis} data-corner={corner.corner} onPointerDown={corner.down} onPointerUp={corner.up}>
      <div className={css.mine}>
        <Tile name={t('you')} track={view.tracks.camera} self mirrored={media.mirrored()} muted={!view.mic} className={css.mini} />
        <button type="button" className={css.move} onClick={corner.next} aria-label={t('visit.moveSelf')} title={t('visit.moveSelf')}><VisitIcon name="move" size={18} /></button>
      </div>
      {minis.map((mini) => <Tile key={mini.seat} name={mini.name} track={mini.track} muted={mini.muted} speaking={mini.speaking} frozen={frozen || mini.away} className={css.mini} />)}
    </div>
  )
}
