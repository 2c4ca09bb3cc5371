import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/problem'
import { kindOf, largestFile, redraw } from '../messages/photo'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { chatOf, type VisitSource } from './source'

export interface Underway { id: string; state: 'preparing' | 'sending' | 'failed' | 'refused'; progress: number; why?: string }

/** Photos on their way into the chat. One that did not arrive is kept to be sent again, under the same id. */
export function useShare(source: VisitSource, seat?: string) {
  const { t } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const [list, setList] = useState<Underway[]>([])
  const files = useRef(new Map<string, { file: Blob; stop: AbortController }>())
  useEffect(() => {
    const kept = files.current
    return () => kept.forEach(({ stop }) => stop.abort())
  }, [])
  const put = (id: string, change: Partial<Underway>) => setList((all) => all.map((one) => (one.id === id ? { ...one, ...change } : one)))
  const drop = (id: string) => {
    files.current.get(id)?.stop.abort()
    files.current.delete(id)
    setList((all) => all.filter((one) => one.id !== id))
  }
  const send = async (id: string) => {
    const one = files.current.get(id)
    if (!one) return
    put(id, { state: 'preparing', progress: 0, why: undefined })
    let body: Blob
    try {
      // Upright, small enough for a weak line, and without the place where it was taken.
      body = await redraw(one.file)
    } catch {
      put(id, { state: 'refused', why: t('chat.unreadable') })
      return
    }
    try {
      put(id, { state: 'sending' })
      await source.images.share(id, body, { onProgress: (progress) => put(id, { progress }), signal: one.stop.signal }, seat)
      await queries.invalidateQueries({ queryKey: chatOf(source).queryKey })
      drop(id)
    } catch (error) {
      const again = error instanceof ApiError && (error.unreachable || error.status >= 500 || error.status === 429)
      put(id, { state: again ? 'failed' : 'refused', why: said(error) })
    }
  }
  const add = (chosen: Iterable<File>) => {
    for (const file of chosen) {
      const id = crypto.randomUUID()
      const why = kindOf(file.type) !== 'photo' ? t('chat.kind') : file.size > largestFile ? t('chat.large') : undefined
      setList((all) => [...all, { id, state: why ? 'refused' : 'preparing', progress: 0, why }])
      if (why) continue
      files.current.set(id, { file, stop: new AbortController() })
      void send(id)
    }
  }
  return { list, add, again: (id: string) => void send(id), drop }
}
export type Share = ReturnType<typeof useShare>
