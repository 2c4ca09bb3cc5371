import { Outlet, useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import css from './root.module.css'

/** Around every page: the skip link, and the focus that goes to a new page's content. */
export function Root() {
  const { t } = useTranslation()
  const router = useRouter()
  const first = useRef(true)
  useEffect(
    () =>
      router.subscribe('onRendered', ({ pathChanged }) => {
        // On the first page the browser's own start is right; afterwards a reader must hear that the page changed.
        if (first.current) first.current = false
        else if (pathChanged) document.getElementById('content')?.focus({ preventScroll: true })
      }),
    [router],
  )
  return (
    <>
      <a className={css.skip} href="#content">{t('skip')}</a>
      <Outlet />
    </>
  )
}
