import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'
import { Icon } from './Icon'
import css from './row.module.css'

interface RowParts { lead?: ReactNode; title: ReactNode; text?: ReactNode; below?: ReactNode; end?: ReactNode }

function Inside({ lead, title, text, below, end, go }: RowParts & { go: boolean }) {
  return (
    <>
      {lead}
      <span className={css.body}>
        <span className={css.title}>{title}</span>
        {text && <span className={css.text}>{text}</span>}
        {below}
      </span>
      {end}
      {go && <Icon name="go" size={20} className={css.go} />}
    </>
  )
}

function Anchor({ lead, title, text, below, end, ...rest }: RowParts & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'title'> & { ref?: Ref<HTMLAnchorElement> }) {
  return <a {...rest} className={css.row}><Inside {...{ lead, title, text, below, end }} go /></a>
}

/** One line of a list that opens a page. */
export const LinkRow = createLink(Anchor)
/** The same line where there is nothing to open. */
export function Row(props: RowParts) {
  return <div className={css.row}><Inside {...props} go={false} /></div>
}
