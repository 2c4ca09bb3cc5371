import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react'
import { Icon, type IconName } from './Icon'
import css from './button.module.css'

type Variant = 'filled' | 'default' | 'subtle' | 'danger' | 'quiet-danger'
interface Look { variant?: Variant; icon?: IconName; wide?: boolean }

function looks({ variant = 'filled', wide, className = '' }: Look & { className?: string }) {
  return { className: `${css.button} ${className}`, 'data-variant': variant, 'data-wide': wide || undefined }
}
const inside = (icon: IconName | undefined, children: ReactNode) => <>{icon && <Icon name={icon} size={20} />}<span>{children}</span></>

type ButtonProps = Look & ButtonHTMLAttributes<HTMLButtonElement> & { loading?: boolean; ref?: Ref<HTMLButtonElement> }

/**
 * Filled is the one thing a view is for; everything else is default (a line) or subtle (bare).
 * While it works it keeps its words and its place, and takes no second press.
 */
export function Button({ variant, icon, wide, loading = false, children, className, onClick, type = 'button', ...rest }: ButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (loading) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <button {...rest} {...looks({ variant, wide, className })} type={type} aria-busy={loading || undefined} onClick={press}>
      {inside(icon, children)}
    </button>
  )
}

type AnchorProps = Look & AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }

/** Looks like a button, leaves the client: a phone number, a file, the sign-in. */
export function AnchorButton({ variant, icon, wide, children, className, ...rest }: AnchorProps) {
  return <a {...rest} {...looks({ variant, wide, className })}>{inside(icon, children)}</a>
}

/** Looks like a button, goes to a page. */
export const LinkButton = createLink(AnchorButton)
