import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../ui/Icon'
import css from './head.module.css'

function Anchor({ place, ...rest }: { place: string } & AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }) {
  return <a {...rest} data-back="" className={`${css.back} no-print`}><Icon name="back" />{place}</a>
}
/** Always top left, with the name of the page above this one. */
export const BackLink = createLink(Anchor)

/** The h1 of a page, what it is about, and what can be done with all of it. */
export function PageHead({ title, text, back, actions }: { title: ReactNode; text?: ReactNode; back?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={css.head}>
      {back}
      <div className={css.row}>
        <h1>{title}</h1>
        {actions}
      </div>
      {text && <p className={css.text}>{text}</p>}
    </div>
  )
}

/** Prints the page as it stands; everything that is only for the screen stays away. */
export function PrintButton() {
  const { t } = useTranslation()
  return (
    <button type="button" className={`${css.icon} no-print`} aria-label={t('print')} onClick={() => window.print()}>
      <Icon name="print" />
    </button>
  )
}
