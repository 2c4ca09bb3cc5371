import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer, useState } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { chartKey } from '../api/queries'
import { api, of } from '../visits/calls'
import { noteQuery, visitKey } from '../visits/queries'
import type { LeftOut, VisitNote } from '../visits/types'
import { emptyBody, NoteSaver } from './draft'

/** The note of a visit as it is written, with its saver. */
export function useNote(patient: string, visit: string) {
  const queries = useQueryClient()
  const query = useQuery(noteQuery(patient, visit))
  const note = query.data
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const [saver, setSaver] = useState<NoteSaver>()
  const loaded = note !== undefined

  useEffect(() => {
    if (!loaded) return undefined
    const { queryKey } = noteQuery(patient, visit)
    const first = queries.getQueryData(queryKey)!
    const made = new NoteSaver({
      async save(version, body, apart) {
        const answer = await take(api.PUT('/charts/{patient}/visits/{id}/note', { ...of(patient, visit), body: { version, body, ...(apart && { apart }) } }))
        queries.setQueryData(queryKey, (before: VisitNote | undefined) => before && { ...before, state: 'draft' as const, version: answer.version, savedAt: answer.savedAt })
        return answer
      },
      isConflict: (error) => error instanceof ApiError && error.status === 409,
      set: (run, ms) => window.setTimeout(run, ms),
      clear: (timer) => window.clearTimeout(timer as number | undefined),
      changed: redraw,
    }, first.version, { ...emptyBody, ...first.body })
    setSaver(made)
    return () => made.stop()
  }, [loaded, patient, visit, queries])

  // Closing the page with words that are nowhere else asks first.
  const open = saver !== undefined && saver.state !== 'saved' && note?.state !== 'signed'
  useEffect(() => {
    if (!open) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [open])

  // The other text, when somebody else wrote meanwhile.
  const [theirs, setTheirs] = useState<VisitNote>()
  const clash = saver?.state === 'conflict'
  useEffect(() => {
    if (!clash) {
      setTheirs(undefined)
      return
    }
    take(api.GET('/charts/{patient}/visits/{id}/note', of(patient, visit))).then((other) => {
      setTheirs(other)
      // Signed elsewhere: then there is nothing to choose.
      if (other.state === 'signed') queries.setQueryData(noteQuery(patient, visit).queryKey, other)
    }, () => undefined)
  }, [clash, patient, visit, queries])

  const moved = async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: visitKey(patient, visit) }),
      queries.invalidateQueries({ queryKey: chartKey(patient) }),
    ])
  }
  return {
    query, note, saver, theirs,
    /** Everything at once: the note, what was found and decided, and the end of the visit. */
    async sign(end: boolean, leftOut?: LeftOut) {
      const version = await saver!.flush()
      await take(api.POST('/charts/{patient}/visits/{id}/note/sign', { ...of(patient, visit), body: { version, ...(end && { end }), ...(leftOut && { leftOut }) } }))
      await moved()
    },
    async addend(id: string, text: string) {
      await take(api.POST('/charts/{patient}/visits/{id}/note/addenda', { ...of(patient, visit), body: { id, text } }))
      await moved()
    },
  }
}
export type OpenNote = ReturnType<typeof useNote>
