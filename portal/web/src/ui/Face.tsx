import { initials } from '../format/names'
import css from './face.module.css'

type Size = 's' | 'm' | 'l'

/** Who it is, as two letters. A plum ring means: this person acts for somebody else. */
export function Face({ name, size = 'm', acting = false, tone = 'plain' }: { name: string; size?: Size; acting?: boolean; tone?: 'plain' | 'accent' | 'look' | 'onFill' }) {
  return <span className={css.face} data-size={size} data-acting={acting || undefined} data-tone={tone} aria-hidden="true">{initials(name)}</span>
}
