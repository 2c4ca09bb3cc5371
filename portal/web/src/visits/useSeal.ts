import { useEffect, useState } from 'react'
import { canSeal } from '../rtc/seal/sealer'
import type { VisitAct } from './source'
import type { Visit } from './types'

export interface SealState {
  /** The visit whose frames are sealed; undefined where they are not. */
  of: string | undefined
  cannot: boolean
  /** It was sealed while this page was open, and is not any more. */
  dropped: boolean
  goOn(): void
}

/** Whether the frames of this page's call are sealed, and what the person has to know of it first. */
export function useSeal(visit: Visit | undefined, act: VisitAct): SealState {
  const on = visit?.sealing?.on ?? false
  const [was, setWas] = useState(on)
  if (on && !was) setWas(true)
  // Who turned it off knows.
  if (was && !on && visit?.sealing?.mine) setWas(false)
  const able = canSeal()
  const told = visit?.sealing?.cannot.includes(visit.me.seat ?? '') ?? false
  const tell = on && told === able
  const { mutate } = act
  useEffect(() => {
    if (tell) mutate({ do: 'sealable', able })
  }, [tell, able, mutate])
  return { of: on ? visit?.id : undefined, cannot: on && !able, dropped: was && !on, goOn: () => setWas(false) }
}
