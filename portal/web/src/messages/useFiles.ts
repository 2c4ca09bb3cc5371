import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/problem'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { kindOf, largestFile, largestUpload, redraw } from './photo'
import type { Attachment } from './types'
import { upload } from './upload'

export interface Sent extends Attachment { state: 'ready' }
export interface Underway {
  id: string
  title: string
  contentType: string
  state: 'preparing' | 'sending' | 'refused' | 'failed'
  /** 0 to 1. */
  progress: number
  why?: string
}
export type Upload = Sent | Underway

export const mostFiles = 10

/** The files of a message that is being written: prepared, sent, refused and why. */
export function useFiles(patient: string, onChange: (ready: Attachment[]) => void) {
  const { t } = useWords()
  const text = useErrorText()
  const [files, setFiles] = useState<Upload[]>([])
  const latest = useRef<Upload[]>([])
  const sources = useRef(new Map<string, { blob: Blob; stop: AbortController }>())
  const changed = useRef(onChange)
  changed.current = onChange

  const keep = useCallback((next: Upload[], tell = true) => {
    const ready = next.filter(isReady)
    const moved = ready.length !== latest.current.filter(isReady).length
    latest.current = next
    setFiles(next)
    if (moved && tell) changed.current(ready.map(attachmentOf))
  }, [])
  const put = useCallback((id: string, change: Partial<Underway> | Sent) => {
    keep(latest.current.map((file) => (file.id === id ? { ...file, ...change } as Upload : file)))
  }, [keep])

  const send = useCallback(async (id: string, title: string) => {
    const source = sources.current.get(id)
    if (!source) return
    try {
      put(id, { state: 'preparing', progress: 0, why: undefined })
      let body = source.blob
      if (kindOf(body.type) === 'photo') {
        try {
          body = await redraw(body)
        } catch {
          put(id, { state: 'refused', why: t('message.file.unreadable') })
          return
        }
      }
      put(id, { state: 'sending', contentType: body.type })
      const done = await upload(patient, id, title, body, (progress) => put(id, { progress }), source.stop.signal)
      put(id, { ...done, state: 'ready' })
      sources.current.delete(id)
    } catch (error) {
      const again = error instanceof ApiError && (error.unreachable || error.status >= 500 || error.status === 429)
      put(id, { state: again ? 'failed' : 'refused', why: text(error) })
    }
  }, [patient, put, t, text])

  useEffect(() => {
    const kept = sources.current
    return () => kept.forEach(({ stop }) => stop.abort())
  }, [])

  const add = (list: Iterable<File>) => {
    for (const file of list) {
      const id = crypto.randomUUID()
      const kind = kindOf(file.type)
      // The name of a file may tell what somebody has, and a title travels in an address.
      const title = t(kind === 'photo' ? 'message.file.photo' : kind === 'sound' ? 'message.record.title' : 'message.file.document')
      const why = latest.current.filter(({ state }) => state !== 'refused').length >= mostFiles ? t('message.file.tooMany', { count: mostFiles })
        : kind === 'other' ? t('message.file.kind')
        : file.size > (kind === 'photo' ? largestFile : largestUpload) ? t(kind === 'photo' ? 'message.file.photoLarge' : 'message.file.documentLarge')
        : undefined
      const entry: Underway = { id, title, contentType: file.type, state: why ? 'refused' : 'preparing', progress: 0, why }
      keep([...latest.current, entry])
      if (why) continue
      sources.current.set(id, { blob: file, stop: new AbortController() })
      void send(id, title)
    }
  }
  return {
    files, add,
    ready: files.filter(isReady).map(attachmentOf),
    busy: files.some(({ state }) => state === 'preparing' || state === 'sending'),
    again: (id: string) => void send(id, latest.current.find((file) => file.id === id)?.title ?? ''),
    drop: (id: string) => {
      sources.current.get(id)?.stop.abort()
      sources.current.delete(id)
      keep(latest.current.filter((file) => file.id !== id))
    },
    /** What a draft had. */
    restore: (attachments: Attachment[]) => keep(attachments.map((one) => ({ ...one, state: 'ready' as const })), false),
    clear: () => keep([], false),
  }
}
export type Files = ReturnType<typeof useFiles>

const isReady = (file: Upload): file is Sent => file.state === 'ready'
const attachmentOf = ({ id, contentType, title, size }: Sent): Attachment => ({ id, contentType, title, size })
