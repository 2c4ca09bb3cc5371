import type { IconName } from '../ui/Icon'

/** Why somebody stands at the front door, as the address says it. */
export type Why = 'locked' | 'bye' | Failure
const failures = ['expired', 'refused', 'not_linked', 'unavailable', 'not_found', 'conflict', 'step_up', 'signed_out', 'second_factor', 'too_many', 'other'] as const
export type Failure = (typeof failures)[number]

/** Words that this client does not know, of a newer server, are told as something that did not work. */
export function whyOf(word: string | undefined): Why | undefined {
  if (!word) return undefined
  if (word === 'locked' || word === 'bye') return word
  return failures.find((known) => known === word) ?? 'other'
}

export const isFailure = (why: Why): why is Failure => why !== 'locked' && why !== 'bye'
/** A link with an account elsewhere that was not made: its person is signed in all the while. */
export const isOfLinking = (why: Why | undefined): boolean => why === 'conflict' || why === 'step_up'

export const iconOf = (why: Why): IconName => (why === 'locked' ? 'lock' : why === 'bye' ? 'check' : why === 'expired' ? 'clock' : 'alert')
