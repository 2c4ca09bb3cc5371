import { useInfiniteQuery } from '@tanstack/react-query'
import { ApiError, isNotFound } from '../api/problem'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Card, Dot, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon, type IconName } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './asks.module.css'
import { asksQuery } from './calls'
import type { Ask, AskKind } from './types'
import { useAsksTopic } from './useAsking'
import { useAskWords } from './words'

export const kindIcons: Record<AskKind, IconName> = { refill: 'pill', renewal: 'pill', visit: 'calendar', record: 'record', form: 'letter' }
const toneOf = (ask: Ask) => (ask.state === 'on-hold' ? 'look' : ask.state === 'completed' ? 'accent' : ask.state === 'rejected' || ask.state === 'cancelled' ? 'outline' : 'plain')

/** Everything that was asked of the clinic, the newest first. */
export function AsksPage() {
  const { t } = useWords()
  const { whenInside, title, who } = useAskWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('asks.page'), acting ? name : undefined)
  useAsksTopic(patient)
  const list = useInfiniteQuery(asksQuery(patient))
  const head = <PageHead title={acting ? t('asks.titleFor', { name }) : t('asks.title')} back={<BackLink to="/p/$patient/record" params={{ patient }} place={t('shell.record')} />} />
  const refused = list.error && (isNotFound(list.error) || (list.error instanceof ApiError && list.error.status === 403))
  if (refused) return <>{head}<Empty icon="lock" title={t('asks.hidden')} text={t('asks.hiddenText', { name })} /></>
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const canAsk = list.data?.pages[0]?.canAsk.some((kind) => kind === 'visit' || kind === 'record' || kind === 'form')
  const fresh = canAsk ? <LinkButton to="/p/$patient/asks/new" params={{ patient }} search={{}} icon="plus">{acting ? t('asks.newFor', { name }) : t('asks.new')}</LinkButton> : undefined
  return (
    <>
      {head}
      <div className={css.page}>
        {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
          : !list.data ? <Skeleton heights={[52, 84, 84]} onRetry={() => void list.refetch()} />
          : items.length === 0 ? <Empty icon="list" title={t('asks.none')} text={t('asks.noneText')} action={fresh} />
          : (
            <>
              {fresh && <div className={css.buttons}>{fresh}</div>}
              <nav aria-label={t('asks.list')}>
                <Card rows>
                  {items.map((ask) => (
                    <LinkRow
                      key={ask.id} to="/p/$patient/asks/$id" params={{ patient, id: ask.id }} lead={<Dot tone={ask.state === 'on-hold' ? 'look' : 'plain'}><Icon name={kindIcons[ask.kind]} /></Dot>}
                      title={title(ask)} text={t('asks.on', { what: who(ask), when: whenInside(ask.askedAt) })} below={<Tag tone={toneOf(ask)}>{t(`asks.state.${ask.state}`)}</Tag>}
                    />
                  ))}
                </Card>
              </nav>
              {list.hasNextPage && <div><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('asks.more')}</Button></div>}
            </>
          )}
      </div>
    </>
  )
}
