import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { take } from '../api/client'
import { moment } from '../format/date'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useMe, useSubject } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card, Dot, SectionHead, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon, type IconName } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { HowWeTell } from './HowWeTell'
import css from './notices.module.css'
import { placeOf } from './place'
import { api, noticesQuery, type Notice, type NoticeKind } from './queries'

const icons: Record<NoticeKind, IconName> = { message: 'chat', appointment: 'calendar', visit: 'video', note: 'letter', sharing: 'share', result: 'flask', oversight: 'shield', ask: 'list', signin: 'lock', moved: 'lock', reach: 'alert' }

/** What somebody was told, and how they want to be. */
export function NoticesPage() {
  const { t } = useWords()
  const { patient } = useSubject()
  usePageTitle(t('notices.page'))
  const queries = useQueryClient()
  const list = useInfiniteQuery(noticesQuery)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const seen = useMutation({
    mutationFn: () => take(api.POST('/notices/seen', { body: { all: true } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['notices'] }),
  })
  return (
    <div className={css.page}>
      <PageHead
        title={t('notices.title')} text={t('notices.lead')}
        back={patient ? <BackLink to="/p/$patient/you" params={{ patient }} place={t('account.page')} /> : <BackLink to="/clinic/you" place={t('account.page')} />}
      />
      <SectionHead title={t('notices.list')}>
        {items.some((notice) => !notice.seen) && <Button variant="subtle" loading={seen.isPending} onClick={() => seen.mutate()}>{t('notices.allSeen')}</Button>}
      </SectionHead>
      {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
        : !list.data ? <Skeleton heights={[66, 66, 66]} onRetry={() => void list.refetch()} />
        : items.length === 0 ? <Empty icon="bell" title={t('notices.none')} text={t('notices.noneText')} />
        : <Card rows>{items.map((notice) => <NoticeRow key={notice.id} notice={notice} />)}</Card>}
      {list.hasNextPage && <div className={css.more}><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('notices.more')}</Button></div>}
      <HowWeTell />
    </div>
  )
}

function NoticeRow({ notice }: { notice: Notice }) {
  const { t, locale, day, clock } = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const person = me.people.find(({ patient }) => patient === notice.patient)
  const whose = !person ? '' : person.relation === 'self' ? t('notices.forYou') : t('notices.forName', { name: person.name })
  const open = () => {
    if (notice.seen) return
    take(api.POST('/notices/seen', { body: { ids: [notice.id] } })).then(() => queries.invalidateQueries({ queryKey: ['notices'] }), () => undefined)
  }
  const inside = (
    <>
      <Dot tone={notice.seen ? 'plain' : 'accent'}><Icon name={icons[notice.kind]} /></Dot>
      <span className="grow">
        <b>{t(`notices.kind.${notice.kind}`)}</b>
        <span className="meta">{[whose, moment(notice.at, locale, day, clock)].filter(Boolean).join('. ')}</span>
      </span>
      {!notice.seen && <Tag tone="accent">{t('notices.new')}</Tag>}
      <Icon name="go" size={20} />
    </>
  )
  // What it is about is further down on this page.
  if (notice.kind === 'reach') return <a href="#how" className={css.row} onClick={open}>{inside}</a>
  return (
    <Link to={placeOf(notice, me.account.kind === 'staff', me.people[0]?.patient)} className={css.row} onClick={open}>{inside}</Link>
  )
}
