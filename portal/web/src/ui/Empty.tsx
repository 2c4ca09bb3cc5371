import type { ReactNode } from 'react'
import { Icon, type IconName } from './Icon'
import css from './state.module.css'

/** What will be here, why it is not, and one thing to do. */
export function Empty({ icon, title, text, action, level = 2 }: { icon: IconName; title: string; text: string; action?: ReactNode; level?: 1 | 2 }) {
  const Heading = level === 1 ? 'h1' : 'h2'
  return (
    <div className={css.empty}>
      <span className={css.mark}><Icon name={icon} size={26} /></span>
      <Heading className={css.title}>{title}</Heading>
      <p className={css.text}>{text}</p>
      {action}
    </div>
  )
}
