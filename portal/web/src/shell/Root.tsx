import { Outlet, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HeldContext, HeldVisits, tabWaiting } from '../visits/held'
import { HeldCalls } from './HeldCalls'
import css from './root.module.css'

/** Around every page: the skip link, the focus that goes to a new page's content, and the calls that go on. */
export function Root() {
  const { t } = useTranslation()
  const router = useRouter()
  const first = useRef(true)
  const [held] = useState(() => new HeldVisits(tabWaiting))
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
    <HeldContext value={held}>
      <a className={css.skip} href="#content">{t('skip')}</a>
      <Outlet />
      <HeldCalls />
    </HeldContext>
  )
}
