import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { useTopic } from '../shell/context'
import { api, asksKey, openAsksKey } from './calls'
import type { Ask, AskAnswer, NewAsk } from './types'

/** The same words keep their id when they are sent again after a bad connection; other words get another. */
function useIds() {
  const last = useRef({ key: '', id: '' })
  return (wish: object) => {
    const key = JSON.stringify(wish)
    if (last.current.key !== key) last.current = { key, id: crypto.randomUUID() }
    return last.current.id
  }
}

export function useAsk(patient: string, onDone: (ask: Ask) => void) {
  const queries = useQueryClient()
  const idOf = useIds()
  return useMutation({
    mutationFn: (wish: Omit<NewAsk, 'id'>) => take(api.POST('/charts/{patient}/requests', { params: { path: { patient } }, body: { id: idOf({ patient, ...wish }), ...wish } })),
    onSuccess: (ask) => {
      void queries.invalidateQueries({ queryKey: asksKey(patient) })
      onDone(ask)
    },
  })
}

export function useAnswer(onDone?: (ask: Ask) => void) {
  const queries = useQueryClient()
  const idOf = useIds()
  return useMutation({
    mutationFn: ({ ask, ...answer }: Omit<AskAnswer, 'id' | 'saw'> & { ask: Ask }) =>
      take(api.POST('/charts/{patient}/requests/{id}/steps', {
        params: { path: { patient: ask.patient, id: ask.id } }, body: { id: idOf({ ask: ask.id, saw: ask.version, ...answer }), saw: ask.version, ...answer },
      })),
    onSuccess: (ask) => {
      void queries.invalidateQueries({ queryKey: chartKey(ask.patient) })
      void queries.invalidateQueries({ queryKey: openAsksKey })
      onDone?.(ask)
    },
    // Somebody else was quicker: what they did is shown.
    onError: (_, { ask }) => void queries.invalidateQueries({ queryKey: asksKey(ask.patient) }),
  })
}

/** Follows the requests of a chart while the page is open. */
export function useAsksTopic(patient: string) {
  const queries = useQueryClient()
  useTopic(`requests/${patient}`, () => void queries.invalidateQueries({ queryKey: asksKey(patient) }))
}
