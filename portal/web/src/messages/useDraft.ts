import { useEffect, useRef, useState } from 'react'
import { take } from '../api/client'
import { useMe } from '../shell/useMe'
import { api } from './calls'
import { keep, kept } from './kept'
import { readDraft } from './queries'
import type { Draft } from './types'

const quietMs = 1000

export type Saved = 'none' | 'saving' | 'saved' | 'failed'
const isEmpty = (draft: Draft): boolean => !draft.text.trim() && !draft.attachments?.length

/**
 * What is written is kept at the clinic a second after the last key, so that it is there on the next device
 * and after the page was locked; until the clinic has it, in this tab.
 */
export function useDraft(patient: string, thread: string, onFound: (draft: Draft) => void) {
  const [saved, setSaved] = useState<Saved>('none')
  const state = useRef({ draft: undefined as Draft | undefined, timer: 0, touched: false, kept: false })
  const found = useRef(onFound)
  found.current = onFound
  const { id: account } = useMe().account
  const place = `draft.${patient}.${thread}`

  useEffect(() => {
    const here = state.current
    let gone = false
    const local = kept<Draft>(account, place)
    if (local && !here.touched) {
      // It never got there: newer than what did.
      found.current(local)
      here.touched = true
      here.draft = local
      flush()
    }
    readDraft(patient, thread).then(
      (draft) => {
        if (!draft || isEmpty(draft)) return
        here.kept = true
        // What was typed meanwhile is newer.
        if (gone || here.touched) return
        found.current(draft)
        setSaved('saved')
      },
      () => undefined,
    )
    const hide = () => {
      if (document.visibilityState === 'hidden') flush()
    }
    document.addEventListener('visibilitychange', hide)
    return () => {
      gone = true
      document.removeEventListener('visibilitychange', hide)
      flush()
    }
    // A composer belongs to one thread; another thread is another composer.
  }, [patient, thread, account])

  function flush(): void {
    const here = state.current
    window.clearTimeout(here.timer)
    const draft = here.draft
    here.draft = undefined
    if (!draft) return
    const params = { path: { patient, thread } }
    if (isEmpty(draft)) {
      keep(account, place, undefined)
      if (here.kept) take(api.DELETE('/charts/{patient}/drafts/{thread}', { params })).catch(() => undefined)
      here.kept = false
      setSaved('none')
      return
    }
    keep(account, place, draft)
    setSaved('saving')
    here.kept = true
    take(api.PUT('/charts/{patient}/drafts/{thread}', { params, body: draft })).then(
      () => {
        if (!here.draft) keep(account, place, undefined)
        setSaved((now) => (now === 'saving' ? 'saved' : now))
      },
      () => setSaved('failed'),
    )
  }
  return {
    saved,
    save(draft: Draft) {
      const here = state.current
      here.touched = true
      here.draft = draft
      keep(account, place, isEmpty(draft) ? undefined : draft)
      setSaved('none')
      window.clearTimeout(here.timer)
      here.timer = window.setTimeout(flush, quietMs)
    },
    /** What is left after a message arrived: usually nothing. */
    settle(draft: Draft) {
      state.current.draft = draft
      state.current.touched = true
      flush()
    },
  }
}
