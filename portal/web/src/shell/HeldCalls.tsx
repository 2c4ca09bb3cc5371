import { useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useContext, useEffect, useLayoutEffect, useRef, useSyncExternalStore, type ReactNode } from 'react'
import { loadWords } from '../i18n'
import { HeldContext, type Side } from '../visits/held'
import css from './held.module.css'

const HeldRoom = lazy(() => import('../cockpit').then(({ HeldRoom: one }) => ({ default: one })))
// After a reload it may be the first of its words.
const words = (['visits', 'before', 'room', 'seal', 'chat', 'captions'] as const)
const HeldOwn = lazy(() => Promise.all([import('../visits'), ...words.map(loadWords)]).then(([{ HeldOwn: one }]) => ({ default: one })))

/** The calls of visits live here, beside all pages, and who waits for one: going to another page ends none. Signing out does. */
export function HeldCalls() {
  const held = useContext(HeldContext)
  const list = useSyncExternalStore(held.subscribe, held.list)
  const door = useLocation({ select: ({ pathname }) => /^\/sign-(in|out)\b/.exec(pathname)?.[1] })
  useEffect(() => {
    if (door === 'in') held.forget()
  }, [door, held])
  if (door || !list) return null
  return (
    <Foot>
      {list.split(' ').map((place) => {
        const [side, patient, id] = place.split('/') as [Side, string, string]
        const One = side === 'clinic' ? HeldRoom : HeldOwn
        return <Suspense key={`${side} ${id}`}><One held={held} patient={patient} id={id} /></Suspense>
      })}
    </Foot>
  )
}

/** Pages end above it: nothing of them is covered, however high it is. */
function Foot({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return undefined
    const { style } = document.documentElement
    const tell = () => style.setProperty('--hc-call', `${element.offsetHeight}px`)
    tell()
    const sizes = new ResizeObserver(tell)
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      style.removeProperty('--hc-call')
    }
  }, [])
  return <div ref={box} className={`${css.foot} no-print`}>{children}</div>
}
