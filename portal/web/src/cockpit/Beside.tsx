import { useEffect, useState, type RefObject } from 'react'
import { useWords } from '../ui/useWords'
import type { Visit } from '../visits/types'
import css from './video.module.css'

/** The picture in a window of its own, over whatever else is looked at. */
export function Floating({ box }: { box: RefObject<HTMLElement | null> }) {
  const { t } = useWords()
  const [out, setOut] = useState(false)
  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    const look = () => setOut(document.pictureInPictureElement !== null && element.contains(document.pictureInPictureElement))
    element.addEventListener('enterpictureinpicture', look, true)
    element.addEventListener('leavepictureinpicture', look, true)
    return () => {
      element.removeEventListener('enterpictureinpicture', look, true)
      element.removeEventListener('leavepictureinpicture', look, true)
    }
  }, [box])
  if (!document.pictureInPictureEnabled) return null
  const turn = () => void (out ? document.exitPictureInPicture() : box.current?.querySelector('video')?.requestPictureInPicture())?.catch(() => undefined)
  return <button type="button" className={css.float} onClick={turn}>{out ? t('plan.floatBack') : t('plan.float')}</button>
}

/** What people said about a visit that is over. */
export function Ratings({ visit }: { visit: Visit }) {
  const { t } = useWords()
  const { ratings = [] } = visit
  if (ratings.length === 0) return null
  return (
    <section className={css.here} aria-label={t('plan.ratings')}>
      <h2>{t('plan.ratings')}</h2>
      <ul>{ratings.map(({ at, role, stars }) => <li key={at}><span>{role === 'proxy' ? t('cockpit.proxy', { name: visit.patientName }) : visit.patientName}</span><b>{t('plan.rating', { stars })}</b></li>)}</ul>
      {ratings.filter(({ comment }) => comment).map(({ at, comment }) => <blockquote key={at}>“{comment}”</blockquote>)}
    </section>
  )
}
