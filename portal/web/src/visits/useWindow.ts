import { useCallback, useEffect, useState } from 'react'

// Document Picture-in-Picture: wicg.github.io/document-picture-in-picture
interface Opener { requestWindow(options: { width: number; height: number; disallowReturnToOpener?: boolean }): Promise<Window> }
const opener = (): Opener | undefined => (window as { documentPictureInPicture?: Opener }).documentPictureInPicture

export const canFloat = (): boolean => opener() !== undefined

const size = { width: 340, height: 330 }
const byItself = 'enterpictureinpicture' as MediaSessionAction

/** Gives a new window the look of this one. Its policy is this page's: style of its own needs the nonce. */
function dress(to: Document, title: string): void {
  for (const { name, value } of document.documentElement.attributes) to.documentElement.setAttribute(name, value)
  to.title = title
  for (const node of document.head.querySelectorAll<HTMLElement>('link[rel="stylesheet"], style')) {
    const copy = node instanceof HTMLLinkElement ? to.createElement('link') : to.createElement('style')
    for (const { name, value } of node.attributes) if (name !== 'nonce') copy.setAttribute(name, value)
    if (node instanceof HTMLLinkElement) (copy as HTMLLinkElement).href = node.href
    else {
      copy.nonce = node.nonce
      // What a script wrote into it by rules is not in its text.
      copy.textContent = [...((node as HTMLStyleElement).sheet?.cssRules ?? [])].map(({ cssText }) => cssText).join('\n')
    }
    to.head.append(copy)
  }
}

export interface SmallWindow { /** Where it is drawn, while it is open. */ at?: HTMLElement; open(): void; close(): void }

/** A window over whatever else is looked at; where a browser offers that, it opens by itself when another tab comes in front. */
export function useWindow(on: boolean, title: string): SmallWindow {
  const [at, setAt] = useState<Window>()
  const [itself, setItself] = useState(false)
  const ask = useCallback((alone: boolean) => {
    opener()?.requestWindow(size).then((made) => {
      dress(made.document, title)
      made.addEventListener('pagehide', () => setAt((now) => (now === made ? undefined : now)))
      setItself(alone)
      setAt(made)
    }, () => undefined)
  }, [title])
  useEffect(() => {
    if (!on || !canFloat() || !('mediaSession' in navigator)) return undefined
    const handle = (does: (() => void) | null) => {
      try {
        navigator.mediaSession.setActionHandler(byItself, does)
      } catch {
        // This browser opens it by a press only.
      }
    }
    handle(() => ask(true))
    return () => handle(null)
  }, [on, ask])
  useEffect(() => {
    if (!at) return undefined
    if (!on) at.close()
    // What came by itself goes by itself.
    const back = () => {
      if (itself && document.visibilityState === 'visible') at.close()
    }
    document.addEventListener('visibilitychange', back)
    return () => document.removeEventListener('visibilitychange', back)
  }, [at, itself, on])
  useEffect(() => () => at?.close(), [at])
  return { at: at?.document.body, open: () => ask(false), close: () => at?.close() }
}
