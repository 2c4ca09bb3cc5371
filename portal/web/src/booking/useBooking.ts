import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { chartKey } from '../api/queries'
import { api } from './calls'
import type { Appointment, Slot, VisitMode } from './types'

export interface Wish { slot: Slot; mode: VisitMode; reason: string }

/**
 * Books, or gives a planned visit another time. A wish keeps its id when it is sent again after a bad
 * connection, so that it is done once; another wish is another id.
 */
export function useBooking({ patient, change, onDone, onTaken }: { patient: string; change?: Appointment; onDone: () => void; onTaken: (slot: Slot) => void }) {
  const queries = useQueryClient()
  const last = useRef({ wish: '', id: '' })
  const idOf = (wish: Wish) => {
    const key = JSON.stringify([wish.slot.id, wish.mode, wish.reason])
    if (last.current.wish !== key) last.current = { wish: key, id: crypto.randomUUID() }
    return last.current.id
  }
  const send = useMutation({
    mutationFn: (wish: Wish) =>
      change
        ? take(api.POST('/charts/{patient}/appointments/{id}/reschedule', { params: { path: { patient, id: change.id } }, body: { slot: wish.slot.id } }))
        : take(api.POST('/charts/{patient}/appointments', {
          params: { path: { patient } }, body: { id: idOf(wish), slot: wish.slot.id, mode: wish.mode, ...(wish.reason && { reason: wish.reason }) },
        })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: chartKey(patient) })
      onDone()
    },
    onError: (error, wish) => {
      if (isTaken(error)) onTaken(wish.slot)
    },
  })
  return { book: send.mutate, isPending: send.isPending, error: send.error && !isTaken(send.error) ? send.error : undefined }
}

const isTaken = (error: unknown): boolean => error instanceof ApiError && error.code === 'slot_taken'
