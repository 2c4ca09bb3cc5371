import type { Visit } from './types'

export type Step = 'early' | 'check' | 'consent' | 'place' | 'wait' | 'visit' | 'left' | 'refused' | 'removed' | 'over' | 'cancelled'

/** What this tab did since it was opened; the rest the server knows. */
export interface Here { checked: boolean; left: boolean }

const ends: readonly Step[] = ['left', 'refused', 'removed', 'over', 'cancelled']

/** On the way into the visit, or in it: picture and sound are looked after. */
export const isInside = (step: Step | undefined): boolean => step !== undefined && !ends.includes(step)

/** Where somebody stands on the way into a visit. A reload comes out at the same place. */
export function stepOf(visit: Visit, here: Here): Step {
  const { me, appointment } = visit
  if (appointment.status === 'cancelled') return 'cancelled'
  if (visit.state === 'ended') return 'over'
  if (me.state === 'refused' || me.state === 'removed') return me.state
  if (here.left || (me.state === 'left' && !here.checked)) return 'left'
  if (me.state === 'admitted' || me.state === 'in' || me.state === 'left' || me.host) return 'visit'
  if (me.state === 'waiting') return 'wait'
  if (!here.checked) return 'check'
  if (!me.consentAt) return 'consent'
  if (me.places && (!me.placeAt || me.outside)) return 'place'
  return appointment.joinFrom && Date.parse(appointment.joinFrom) > Date.parse(visit.now) ? 'early' : 'wait'
}

/** Minutes until it is expected to be somebody's turn; never less than one, for nobody knows so exactly. */
export function minutesLeft(visit: Visit): number | undefined {
  if (!visit.expectedAt) return undefined
  return Math.max(1, Math.ceil((Date.parse(visit.expectedAt) - Date.parse(visit.now)) / 60_000))
}

/** "08:42", and with hours when it comes to that. */
export function clockText(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}
