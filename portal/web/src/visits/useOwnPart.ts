import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ring } from '../rtc/sound'
import type { Elsewhere, Part } from './held'
import { stateOf, useActOf, type VisitSource } from './source'
import { useActive, useAwake } from './stay'
import { isInside, stepOf, type Here } from './step'
import { useCall, useMedia } from './useCall'
import { useCaptions } from './useCaptions'
import { useSeal } from './useSeal'

/** A patient's part in a visit, or that of who comes with them: where they stand on the way into it, and the call. */
export function useOwnPart(source: VisitSource, id: string, open: boolean, others?: Elsewhere) {
  const { data: visit, isPending: loading } = useQuery(stateOf(source))
  const act = useActOf(source)
  const [here, setHere] = useState<Here>({ checked: false, left: false })
  const step = visit && stepOf(visit, here)
  // Nobody is taken into the room under another page: they are called there, and come to the visit's own. Who is in it stays.
  const [entered, setEntered] = useState(false)
  const joined = step === 'visit' && (open || entered)
  useEffect(() => setEntered(joined), [joined])
  const waiting = step === 'wait' && visit?.me.state === 'waiting'
  const called = step === 'visit' && !joined && visit?.me.state === 'admitted'
  // Who came back into the room by a reload is in it: a server that starts again counts them out for a moment.
  useEffect(() => {
    if (step === 'visit' || step === 'wait') setHere((now) => (now.checked ? now : { ...now, checked: true }))
  }, [step])
  const { media, view } = useMedia(isInside(step) && (open || joined))
  useAwake(step === 'wait' || called || joined)
  useActive(joined)
  const seal = useSeal(joined ? visit : undefined, act)
  const { call, view: now } = useCall(source.signal, joined && !seal.cannot && !seal.dropped, media, seal.of)
  const captions = useCaptions(id, call, now, view)

  // Somebody who put the phone down is called back.
  const [letIn, setLetIn] = useState(false)
  const before = useRef(step)
  useEffect(() => {
    if (before.current === 'wait' && step === 'visit') {
      ring()
      setLetIn(true)
    } else if (step === 'wait') setLetIn(false)
    before.current = step
  }, [step])

  // One is in one visit at a time: the one whose door opened.
  const latest = useRef(others)
  latest.current = others
  useEffect(() => {
    if (joined) latest.current?.leaveOthers(id)
  }, [joined, id])

  // How a call or a wait ended is told to who looked at other pages then. On the page of the visit they see it, and elsewhere
  // who is in the room by another device.
  const [untold, setUntold] = useState(false)
  useEffect(() => {
    if (joined || waiting || called) setUntold(true)
    else if (open || here.left || step === 'visit') setUntold(false)
  }, [joined, waiting, called, open, here.left, step])

  return {
    source, visit, act, media, view, call, now, seal, captions, joined, step, letIn, waiting, called, loading,
    waits: waiting || called,
    goesOn: joined || waiting || called || untold,
    checked: () => setHere((was) => ({ ...was, checked: true })),
    goBack: () => setHere({ checked: true, left: false }),
    told: () => setUntold(false),
    leave() {
      call?.leave()
      setHere({ checked: true, left: true })
    },
  } satisfies Part & Record<string, unknown>
}
export type OwnPart = ReturnType<typeof useOwnPart>
