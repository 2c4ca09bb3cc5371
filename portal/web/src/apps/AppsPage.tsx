import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Empty } from '../ui/Empty'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { AppCard } from './AppCard'
import css from './apps.module.css'
import { appsQuery } from './queries'

/** Connected apps: what each may see, what it read, and the way out. Of the reader, not of the record's owner. */
export function AppsPage() {
  const { t } = useWords()
  const { patient } = useSubject()
  usePageTitle(t('apps.connected.page'))
  const apps = useQuery(appsQuery)
  const [ended, setEnded] = useState('')
  return (
    <div className={css.page}>
      <PageHead
        title={t('apps.connected.page')} text={t('apps.connected.lead')}
        back={patient ? <BackLink to="/p/$patient/you" params={{ patient }} place={t('account.page')} /> : <BackLink to="/clinic/you" place={t('account.page')} />}
      />
      <div className={css.cards}>
        {ended && <Said>{t('apps.connected.ended', { app: ended })}</Said>}
        {apps.error && !apps.data ? <LoadError error={apps.error} onRetry={() => void apps.refetch()} />
          : !apps.data ? <Skeleton heights={[220, 220]} />
          : apps.data.items.length === 0 ? <Empty icon="app" title={t('apps.connected.empty')} text={t('apps.connected.emptyText')} />
          : apps.data.items.map((app) => <AppCard key={app.id} app={app} onEnded={() => setEnded(app.name)} />)}
      </div>
    </div>
  )
}
