import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { playTune } from '../rtc/sound'
import type { Elsewhere, Part } from '../visits/held'
import { stateOf, useActOf, type VisitSource } from '../visits/source'
import { useActive } from '../visits/stay'
import { useCall, useMedia } from '../visits/useCall'
import { useCaptions } from '../visits/useCaptions'
import { useSeal } from '../visits/useSeal'
import { useWindow } from '../visits/useWindow'
import { useWords } from '../ui/useWords'

/** The clinician's part in the call: started by hand or by letting somebody in, and come back to after a reload. */
export function useRoom(source: VisitSource, id: string, held: Elsewhere) {
  const { t } = useWords()
  const visit = useQuery(stateOf(source)).data
  const act = useActOf(source)
  // Who is in another visit comes to this one by a press only.
  const elsewhere = useSyncExternalStore(held.subscribe, () => held.other(id))
  const [here, setHere] = useState<'in' | 'out' | undefined>(elsewhere === undefined ? undefined : 'out')
  const resumes = visit?.state === 'live' && visit.me.state === 'in'
  const joined = visit?.state === 'live' && visit.me.state !== 'none' && (here === 'in' || (here === undefined && resumes))
  const { media, view } = useMedia(joined)
  const seal = useSeal(visit, act)
  const { call, view: now } = useCall(source.signal, joined && !seal.cannot && !seal.dropped, media, seal.of)
  useActive(joined)
  const captions = useCaptions(id, call, now, view)
  const small = useWindow(joined, t('small.title'))

  const waiting = (visit?.people ?? []).filter((person) => person.state === 'waiting').sort((a, b) => Date.parse(a.waitingSince ?? '') - Date.parse(b.waitingSince ?? ''))
  const known = useRef(0)
  useEffect(() => {
    if (waiting.length > known.current) playTune([783.99, 659.25])
    known.current = waiting.length
  }, [waiting.length])

  const letIn = (seat?: string) => {
    if (!seat || act.isPending) return
    quietly(start().then(() => act.mutateAsync({ do: 'admit', seat })))
  }
  const start = async () => {
    held.leaveOthers(id)
    setHere('in')
    // Who comes to a visit that others began takes a seat in it first.
    if (visit?.state !== 'live' || visit.me.state === 'none') await act.mutateAsync({ do: 'start' })
  }
  const quietly = (doing: Promise<unknown>) => void doing.catch(() => undefined)

  return {
    source, visit, act, media, view, call, seal, now, joined, goesOn: joined, waiting, captions, small,
    /** Of another visit that one is in: whose it is. */
    elsewhere,
    start: () => quietly(start()),
    /** Lets the first one in, or the one named; the visit begins with it. */
    letIn: (seat = waiting[0]?.seat) => letIn(seat),
    /** Everybody at the door, of a group. */
    letAllIn: () => quietly(start().then(() => act.mutateAsync({ do: 'admit', seat: '' }))),
    leave() {
      call?.leave()
      setHere('out')
    },
    async end() {
      await act.mutateAsync({ do: 'end' })
      call?.leave()
      setHere('out')
    },
  } satisfies Part & Record<string, unknown>
}
export type Room = ReturnType<typeof useRoom>
