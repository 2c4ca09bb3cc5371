import type { LocalMedia, MediaView } from '../rtc/media'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import css from './crowd.module.css'
import type { Shown } from './people'
import { Tile } from './Tile'
import type { Pins } from './usePins'
import { VisitIcon } from './VisitIcon'

const many = 5
const most = 7

/** Many people: pictures side by side, and by their names those of whom none is sent. A shared screen stands above. */
export function Crowd({ screen, faces, pins, frozen, media, view }: { screen?: Shown; faces: Shown[]; pins: Pins; frozen: boolean; media: LocalMedia; view: MediaView }) {
  const { t } = useWords()
  const shown = faces.filter(({ track }) => track).sort((a, b) => a.place - b.place)
  return (
    <div className={css.crowd} data-screen={screen ? true : undefined}>
      {screen && <Tile name={screen.name} track={screen.track} whole frozen={frozen} className={css.screen} />}
      <ul className={css.pictures} aria-label={t('visit.pictures')} data-many={shown.length >= most ? 'most' : shown.length >= many ? 'many' : undefined}>
        {shown.map((face) => (
          <li key={face.place} data-pinned={pins.has(face.seat) || undefined}>
            <Tile name={face.name} track={face.track} muted={face.muted} speaking={face.speaking} frozen={frozen || face.away} />
            <Pin face={face} pins={pins} />
          </li>
        ))}
        <li><Tile name={t('you')} track={view.tracks.camera} self mirrored={media.mirrored()} muted={!view.mic} /></li>
      </ul>
      <Names faces={faces} pins={pins} frozen={frozen} />
    </div>
  )
}

/** Who takes part without a picture here. */
export function Names({ faces, pins, frozen }: { faces: Shown[]; pins: Pins; frozen: boolean }) {
  const { t } = useWords()
  const others = faces.filter(({ track }) => !track)
  if (others.length === 0) return null
  return (
    <ul className={css.names} aria-label={t('visit.names')}>
      {others.map((face) => (
        <li key={face.seat} data-speaking={face.speaking || undefined} data-away={frozen || face.away || undefined}>
          <Face name={face.name} size="s" />
          <span>{face.name}</span>
          {face.muted && <span role="img" aria-label={t('visit.muted')}><VisitIcon name="micOff" size={16} /></span>}
          {face.camera && <Pin face={face} pins={pins} />}
        </li>
      ))}
    </ul>
  )
}

function Pin({ face, pins }: { face: Shown; pins: Pins }) {
  const { t } = useWords()
  const words = t('visit.pin', { name: face.name })
  return <button type="button" className={css.pin} aria-pressed={pins.has(face.seat)} aria-label={words} title={words} onClick={() => pins.turn(face.seat)}><VisitIcon name="pin" size={18} /></button>
}
