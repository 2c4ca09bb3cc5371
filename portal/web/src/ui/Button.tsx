import { Button as MantineButton, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, Ref } from 'react'
import { Icon, type IconName } from './Icon'

interface Own { icon?: IconName; wide?: boolean }

function styled({ icon, wide, ...props }: Own & ButtonProps): ButtonProps {
  return { ...props, fullWidth: wide ?? props.fullWidth, leftSection: icon ? <Icon name={icon} size={20} /> : props.leftSection }
}

/** Filled is the one thing a view is for; everything else is default (a line) or subtle (bare). */
export function Button(props: Own & ButtonProps & ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement> }) {
  return <MantineButton type="button" {...styled(props)} />
}

function Anchor(props: Own & ButtonProps & AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }) {
  return <MantineButton component="a" {...styled(props)} />
}

/** Looks like a button, goes to a page. */
export const LinkButton = createLink(Anchor)
/** Looks like a button, leaves the client: a phone number, a file, the sign-in. */
export const AnchorButton = Anchor
