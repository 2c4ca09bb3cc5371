import { createContext, useContext, useEffect, useRef } from 'react'

export type Keys = Record<string, () => void>
const storeKey = 'housecall.keys'

export function keysOn(): boolean {
  try {
    return window.localStorage.getItem(storeKey) !== 'off'
  } catch {
    return true
  }
}
export function setKeysOn(on: boolean): void {
  try {
    window.localStorage.setItem(storeKey, on ? 'on' : 'off')
  } catch {
    // Then it holds until the page is closed.
  }
}

export interface KeyHint { keys: string[]; says: string }
interface KeyLine {
  enabled: boolean
  show(hints: KeyHint[]): void
}
export const KeyLineContext = createContext<KeyLine>({ enabled: true, show: () => undefined })

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Single keys of a page (WCAG 2.2, 2.1.4: off while typing, and they can be switched off). Escape leaves a field. */
export function useKeys(keys: Keys): void {
  const { enabled } = useContext(KeyLineContext)
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      if (event.target instanceof Element && event.target.closest('[role="dialog"]')) return
      if (typing(event.target)) {
        if (event.key === 'Escape') {
          latest.current.Escape?.()
          ;(event.target as HTMLElement).blur()
        }
        return
      }
      if (!enabled && event.key !== 'Escape') return
      const act = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (!act) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [enabled])
}

const goMs = 1500

/** `G` and then a letter goes to a page, from everywhere in the clinic. */
export function useGoKeys(places: Keys): void {
  const until = useRef(0)
  const latest = useRef(places)
  latest.current = places
  useKeys({ g: () => { until.current = Date.now() + goMs } })
  const { enabled } = useContext(KeyLineContext)
  useEffect(() => {
    if (!enabled) return undefined
    // Before the page's own keys: a letter after G is none of theirs.
    const onKey = (event: KeyboardEvent) => {
      const go = Date.now() < until.current && !typing(event.target) ? latest.current[event.key.toLowerCase()] : undefined
      if (event.key !== 'g') until.current = 0
      if (!go || event.metaKey || event.ctrlKey || event.altKey) return
      event.preventDefault()
      event.stopImmediatePropagation()
      go()
    }
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [enabled])
}

/** Names a page's keys on the line at the foot. */
export function useKeyHints(hints: KeyHint[]): void {
  const { show } = useContext(KeyLineContext)
  const text = JSON.stringify(hints)
  useEffect(() => {
    show(JSON.parse(text) as KeyHint[])
    return () => show([])
  }, [show, text])
}
