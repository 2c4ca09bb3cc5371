import { useEffect, useState, type RefObject } from 'react'
import { useWords } from '../ui/useWords'
import { VisitIcon } from './VisitIcon'
import css from './trouble.module.css'

const others = '[role="group"]:not([data-self]) > video'

/** The picture of the other one in a window of its own, over whatever else is looked at; only where there is a picture, and a browser that can. */
export function SmallPicture({ box, className = css.choose }: { box: RefObject<HTMLElement | null>; className?: string }) {
  const { t } = useWords()
  const [out, setOut] = useState(false)
  const [any, setAny] = useState(false)
  useEffect(() => {
    const element = box.current
    if (!element || !document.pictureInPictureEnabled) return undefined
    const look = () => {
      setOut(document.pictureInPictureElement !== null && element.contains(document.pictureInPictureElement))
      setAny(element.querySelector(others) !== null)
    }
    look()
    const changes = new MutationObserver(look)
    changes.observe(element, { childList: true, subtree: true })
    for (const event of ['enterpictureinpicture', 'leavepictureinpicture']) element.addEventListener(event, look, true)
    return () => {
      changes.disconnect()
      for (const event of ['enterpictureinpicture', 'leavepictureinpicture']) element.removeEventListener(event, look, true)
    }
  }, [box])
  if (!any && !out) return null
  const turn = () => void (out ? document.exitPictureInPicture() : box.current?.querySelector<HTMLVideoElement>(others)?.requestPictureInPicture())?.catch(() => undefined)
  return <button type="button" className={className} onClick={turn}><VisitIcon name="pip" size={18} /> {out ? t('small.pictureBack') : t('small.picture')}</button>
}
