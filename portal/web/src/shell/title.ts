import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

let own = ''
let over: string | undefined

function show(): void {
  document.title = over ?? own
}

/** The tab's title: the kind of page and for whom, never what stands on it. */
export function usePageTitle(page: string, forName?: string): void {
  const { t } = useTranslation()
  useEffect(() => {
    own = forName ? t('titleFor', { page, name: forName }) : t('title', { page })
    show()
  }, [page, forName, t])
}

/** Something stands under every page that cannot wait: the tab says so, whichever page is in front. */
export function useTitleOver(says: string): void {
  const { t } = useTranslation()
  useEffect(() => {
    over = t('title', { page: says })
    show()
    return () => {
      over = undefined
      show()
    }
  }, [says, t])
}
