import type { ReactNode } from 'react'
import { Icon, type IconName } from './Icon'
import css from './turn.module.css'

/** Who acts next, and by when. Yours is petrol, somebody else's is quiet, late is amber. */
export function TurnLine({ whose, owner, children, icon }: { whose: 'you' | 'them' | 'late'; owner: string; children: ReactNode; icon?: IconName }) {
  return (
    <p className={css.turn} data-whose={whose}>
      <Icon name={icon ?? (whose === 'you' ? 'calendar' : whose === 'late' ? 'alert' : 'clock')} size={20} className={css.icon} />
      <span><b>{owner}</b> {children}</span>
    </p>
  )
}
