import type { Words } from '../ui/useWords'

type T = Words['t']

export const actions = ['read', 'search', 'open', 'history', 'create', 'update', 'delete', 'export', 'refused', 'login', 'logout', 'gap'] as const
const roles = ['clinician', 'nurse', 'frontdesk', 'privacy', 'admin', 'self', 'proxy', 'link', 'guest', 'app', 'system', 'other'] as const
const outcomes = ['ok', 'refused', 'failed'] as const

const known = <K extends string>(list: readonly K[], word: string): word is K => (list as readonly string[]).includes(word)

// A word that is not ours is shown as it was recorded.
export const actionWord = (t: T, word: string): string => (known(actions, word) ? t(`privacy.action.${word}`) : word)
export const roleWord = (t: T, word: string): string => (known(roles, word) ? t(`privacy.role.${word}`) : word)
export const outcomeWord = (t: T, word: string): string => (known(outcomes, word) ? t(`privacy.outcome.${word}`) : word)
