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
import css from './connected.module.css'
import { appsQuery } from './queries'

/** Connected apps: what each may see, what it read, and the way out. Of the reader, not of the record's owner. */
export function ConnectedPage() {
  const { t } = useWords()
  const { patient } = useSubject()
  usePageTitle(t('connected.list.page'))
  const apps = useQuery(appsQuery)
  const [ended, setEnded] = useState('')
  const [narrowed, setNarrowed] = useState('')
  return (
    <div className={css.page}>
      <PageHead
        title={t('connected.list.page')} text={t('connected.list.lead')}
        back={patient ? <BackLink to="/p/$patient/you" params={{ patient }} place={t('account.page')} /> : <BackLink to="/clinic/you" place={t('account.page')} />}
      />
      <div className={css.cards}>
        {ended && <Said>{t('connected.list.ended', { app: ended })}</Said>}
        {narrowed && <Said>{t('connected.list.lessDone', { app: narrowed })}</Said>}
        {apps.error && !apps.data ? <LoadError error={apps.error} onRetry={() => void apps.refetch()} />
          : !apps.data ? <Skeleton heights={[220, 220]} />
          : apps.data.items.length === 0 ? <Empty icon="app" title={t('connected.list.empty')} text={t('connected.list.emptyText')} />
          : apps.data.items.map((app) => <AppCard key={app.id} app={app} onEnded={() => { setNarrowed(''); setEnded(app.name) }} onNarrowed={() => { setEnded(''); setNarrowed(app.name) }} />)}
      </div>
    </div>
  )
}
