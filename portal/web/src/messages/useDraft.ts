import { useEffect, useRef, useState } from 'react'
import { take } from '../api/client'
import { useMe } from '../shell/useMe'
import { api } from './calls'
import { DraftKeeper, type Place } from './draftKeeper'
import { keep, kept } from '../api/kept'
import { readDraft } from './queries'
import type { Draft, OtherText } from './types'

const quietMs = 1000

export type Saved = 'none' | 'saving' | 'saved' | 'failed'

/** Composers that are open, so that what is taken back stands in its box again. */
const open = new Map<string, () => void>()
export const draftMoved = (patient: string, thread: string): void => open.get(`${patient}/${thread}`)?.()

/**
 * What is written is kept at the clinic a second after the last key, so that it is there on the next device
 * and after the page was locked; until the clinic has it, in this tab. What another device wrote meanwhile
 * is offered and never overwritten.
 */
export function useDraft(patient: string, thread: string, onFound: (draft: Draft) => void) {
  const [saved, setSaved] = useState<Saved>('none')
  const [others, setOthers] = useState<OtherText[]>([])
  const found = useRef(onFound)
  found.current = onFound
  const { id: account } = useMe().account
  const keeper = useRef<DraftKeeper | undefined>(undefined)
  const timer = useRef(0)

  useEffect(() => {
    const params = { path: { patient, thread } }
    const name = `draft.${patient}.${thread}`
    const place: Place = {
      read: () => readDraft(patient, thread),
      save: async (body) => {
        const answer = await api.PUT('/charts/{patient}/drafts/{thread}', { params, body })
        if (answer.response.status === 409) return { draft: (await answer.response.clone().json()) as Draft, older: true }
        return { draft: await take(Promise.resolve(answer)), older: false }
      },
      keep: (draft) => keep(account, name, draft),
      kept: () => kept<Draft>(account, name),
      show: (draft) => found.current(draft),
      others: setOthers,
      saved: setSaved,
    }
    const here = new DraftKeeper(place)
    keeper.current = here
    void here.begin()
    const flush = () => {
      window.clearTimeout(timer.current)
      void here.flush()
    }
    const look = () => (document.visibilityState === 'hidden' ? flush() : void here.look())
    document.addEventListener('visibilitychange', look)
    window.addEventListener('focus', look)
    const key = `${patient}/${thread}`
    open.set(key, () => void here.look())
    return () => {
      open.delete(key)
      document.removeEventListener('visibilitychange', look)
      window.removeEventListener('focus', look)
      flush()
      here.close()
    }
    // A composer belongs to one thread; another thread is another composer.
  }, [patient, thread, account])

  return {
    saved, others,
    save(draft: Draft) {
      keeper.current?.write(draft)
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(() => void keeper.current?.flush(), quietMs)
    },
    /** The others that are left, after somebody decided about one. */
    decide(left: OtherText[], draft: Draft) {
      keeper.current?.decide(left, draft)
      void keeper.current?.flush()
    },
    /** What was written went out: the box is empty. */
    settle() {
      window.clearTimeout(timer.current)
      keeper.current?.write({ text: '' })
      void keeper.current?.flush()
    },
  }
}
