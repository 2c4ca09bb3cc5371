import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { lettingIn } from '../booking/paths'
import { playTune } from '../rtc/sound'
import { visitOf } from '../visits/queries'
import { stateOf, useActOf, type VisitSource } from '../visits/source'
import { useActive } from '../visits/stay'
import { useCall, useMedia } from '../visits/useCall'
import { useSeal } from '../visits/useSeal'

/** The clinician's part in the call: started by hand or by letting somebody in, and come back to after a reload. */
export const useRoom = (patient: string, id: string) => useRoomOf(visitOf(patient, id))

/** The same of wherever a visit comes from: a chart, or a group. */
export function useRoomOf(source: VisitSource) {
  const visit = useQuery(stateOf(source)).data
  const act = useActOf(source)
  const [here, setHere] = useState<'in' | 'out'>()
  const resumes = visit?.state === 'live' && visit.me.state === 'in'
  const joined = visit?.state === 'live' && visit.me.state !== 'none' && (here === 'in' || (here === undefined && resumes))
  const { media, view } = useMedia(joined)
  const seal = useSeal(visit, act)
  const { call, view: now } = useCall(source.signal, joined && !seal.cannot && !seal.dropped, media, seal.of)
  useActive(joined)

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
    setHere('in')
    // Who comes to a visit that others began takes a seat in it first.
    if (visit?.state !== 'live' || visit.me.state === 'none') await act.mutateAsync({ do: 'start' })
  }
  const quietly = (doing: Promise<unknown>) => void doing.catch(() => undefined)

  // Somebody pressed "let in" on the page before: that is done once, a reload does not do it again.
  const navigate = useNavigate()
  const asked = useLocation({ select: ({ hash }) => hash === lettingIn })
  const loaded = visit !== undefined
  const first = useRef<() => void>(undefined)
  first.current = () => letIn((waiting.find(({ role }) => role === 'patient') ?? waiting[0])?.seat)
  useEffect(() => {
    if (!asked || !loaded) return
    void navigate({ to: '.', hash: '', replace: true })
    first.current?.()
  }, [asked, loaded, navigate])
  return {
    source, visit, act, media, view, call, seal, now, joined, waiting,
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
  }
}
export type Room = ReturnType<typeof useRoom>
