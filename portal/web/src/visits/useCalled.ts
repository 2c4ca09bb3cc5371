import { useWords } from '../ui/useWords'
import type { Called } from './people'

/** Names in a visit: a guest or an interpreter is not taken for somebody of the clinic. */
export function useCalled(): Called {
  const { t } = useWords()
  return ({ name, role }) => (role === 'guest' || role === 'interpreter' ? t(`room.called.${role}`, { name }) : name)
}
