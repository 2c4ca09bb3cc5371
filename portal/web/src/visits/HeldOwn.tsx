import { useNavigate } from '@tanstack/react-router'
import { useLayoutEffect, useSyncExternalStore } from 'react'
import type { HeldVisits } from './held'
import { visitOf } from './queries'
import { useVisitHints } from './stay'
import { Over, SmallVisit } from './Strip'
import { useOwnPart } from './useOwnPart'
import { Voices } from './Voices'
import { Called, Waiting } from './Waiting'

/** A patient's call, or their wait for it, beside whatever page of theirs is in front. */
export function HeldOwn({ held, patient, id }: { held: HeldVisits; patient: string; id: string }) {
  const navigate = useNavigate()
  const open = useSyncExternalStore(held.subscribe, () => held.isOpen(id))
  useVisitHints(patient, id)
  const part = useOwnPart(visitOf(patient, id), id, open, held)
  useLayoutEffect(() => held.tell('own', id, part))
  const back = () => void navigate({ to: '/p/$patient/visits/$visit', params: { patient, visit: id } })
  const { visit, step } = part
  if (!visit) return null
  if (part.joined) {
    return (
      <>
        <Voices remotes={part.now.remotes} />
        <SmallVisit visit={visit} part={part} open={open} onBack={back} />
      </>
    )
  }
  if (open || !step) return null
  if (part.called) return <Called visit={visit} part={part} onBack={back} />
  if (part.waiting) return <Waiting visit={visit} part={part} onBack={back} />
  return part.goesOn ? <Over step={step} onBack={back} onTold={part.told} /> : null
}
