import { useInfiniteQuery } from '@tanstack/react-query'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { Button, LinkButton } from '../ui/Button'
import { Card, Dot, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { LinkRow, Row } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './apps.module.css'
import { appsQuery, type RegisteredApp } from './calls'
import { kindOf } from './says'

/** Every app and system that may ask for records, newest first. */
export function AppsPage() {
  const { t } = useWords()
  usePageTitle(t('apps.page'))
  const apps = useInfiniteQuery(appsQuery)
  const items = apps.data?.pages.flatMap((page) => page.items) ?? []
  const others = items.filter((app) => !app.own)
  return (
    <div className={css.page}>
      <PageHead title={t('apps.page')} text={t('apps.lead')} actions={<LinkButton to="/clinic/apps/new" icon="plus">{t('apps.add')}</LinkButton>} />
      {apps.error && !apps.data ? <LoadError error={apps.error} onRetry={() => void apps.refetch()} />
        : !apps.data ? <Skeleton heights={[64, 64, 64]} />
        : (
          <>
            {others.length === 0 && !apps.hasNextPage && <Empty icon="app" title={t('apps.none')} text={t('apps.noneText')} />}
            <Card rows>{items.map((app) => <AppRow key={app.id} app={app} />)}</Card>
            {apps.hasNextPage && <p><Button variant="default" loading={apps.isFetchingNextPage} onClick={() => void apps.fetchNextPage()}>{t('apps.more')}</Button></p>}
          </>
        )}
    </div>
  )
}

function AppRow({ app }: { app: RegisteredApp }) {
  const { t } = useWords()
  const lead = <Dot tone={app.active && !app.own ? 'accent' : 'plain'}><Icon name={app.backend ? 'building' : 'app'} /></Dot>
  const text = [app.publisher, t(`apps.kind.${kindOf(app)}`)].filter(Boolean).join(' · ')
  if (app.own) return <Row lead={lead} title={app.name} text={t('apps.own')} />
  return <LinkRow to="/clinic/apps/$app" params={{ app: app.id }} lead={lead} title={app.name} text={text} end={!app.active && <Tag tone="look">{t('apps.off')}</Tag>} />
}
