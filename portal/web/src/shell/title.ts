import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

/** The tab's title: the kind of page and for whom, never what stands on it. */
export function usePageTitle(page: string, forName?: string): void {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = forName ? t('titleFor', { page, name: forName }) : t('title', { page })
  }, [page, forName, t])
}
