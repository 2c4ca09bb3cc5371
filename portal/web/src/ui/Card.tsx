import type { ReactNode } from 'react'
import css from './card.module.css'

interface CardProps { children: ReactNode; className?: string; label?: string; rows?: boolean; pad?: boolean }

export function Card({ children, className = '', label, rows, pad }: CardProps) {
  const names = `${css.card} ${rows ? css.rows : ''} ${pad ? css.pad : ''} ${className}`
  return label ? <section className={names} aria-label={label}>{children}</section> : <div className={names}>{children}</div>
}


/** A card with a heading and, when there is more, a way to it. */
export function SectionCard({ title, more, children, level = 2 }: { title: string; more?: ReactNode; children: ReactNode; level?: 2 | 3 }) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section className={`${css.card} ${css.pad}`} aria-label={title}>
      <div className={css.head}>
        <Heading className={css.title}>{title}</Heading>
        {more}
      </div>
      {children}
    </section>
  )
}

/** A heading over a card, with a bare link at its end. */
export function SectionHead({ title, children, id }: { title: string; children?: ReactNode; id?: string }) {
  return (
    <div className={css.sec}>
      <h2 id={id}>{title}</h2>
      {children}
    </div>
  )
}

/** A small square that carries an icon beside a row's words. */
export function Dot({ children, tone = 'plain' }: { children: ReactNode; tone?: 'plain' | 'accent' | 'look' | 'urgent' }) {
  return <span className={css.dot} data-tone={tone}>{children}</span>
}

export function Tag({ children, tone = 'plain', icon }: { children: ReactNode; tone?: 'plain' | 'accent' | 'look' | 'urgent' | 'act' | 'outline'; icon?: ReactNode }) {
  return <span className={css.tag} data-tone={tone}>{icon}{children}</span>
}
