import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, isNotFound } from '../api/problem'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { HeldLine } from './HeldLines'
import { plainOf } from './markup'
import css from './messages.module.css'
import { useOutgoing } from './outbox'
import { threadsQuery } from './queries'
import { Results, SearchBox } from './SearchBox'
import type { Thread } from './types'
import { useHeld } from './useHeld'
import { useSend } from './useSend'
import { useWritten } from './useWritten'

/** Every conversation with the clinic, the newest first. */
export function MessagesPage() {
  const { t } = useWords()
  const { patient, acting, name, subject } = useSubject()
  usePageTitle(t('message.page'), acting ? name : undefined)
  // What waits for the line goes from here as well.
  useSend(patient, '')
  const threads = useInfiniteQuery(threadsQuery(patient))
  const [words, setWords] = useState('')
  // What begins a conversation and waits is in no conversation yet.
  const held = useHeld(patient).filter(({ thread }) => !thread)
  const items = threads.data?.pages.flatMap((page) => page.items) ?? []
  const title = acting ? t('message.titleFor', { name }) : t('message.title')
  const refused = threads.error && (isNotFound(threads.error) || (threads.error instanceof ApiError && threads.error.status === 403))
  if (refused) return <><PageHead title={title} /><Empty icon="lock" title={t('message.hidden')} text={t('message.hiddenText', { name })} /></>
  const canWrite = !acting || subject?.grant?.can.includes('messages')
  const write = canWrite ? (
    <LinkButton to="/p/$patient/messages/new" params={{ patient }} icon="pen">{acting ? t('message.newFor', { name }) : t('message.new')}</LinkButton>
  ) : undefined
  return (
    <div className={css.page}>
      <PageHead title={title} />
      {threads.error && !threads.data ? <LoadError error={threads.error} onRetry={() => void threads.refetch()} />
        : !threads.data ? <Skeleton heights={[48, 92, 92, 92]} onRetry={() => void threads.refetch()} />
        : items.length === 0 && held.length === 0 ? <Empty icon="chat" title={t('message.none')} text={acting ? t('message.noneTextFor', { name }) : t('message.noneText')} action={write} />
        : (
          <>
            {write && <div className={css.new}>{write}</div>}
            {items.length > 0 && <SearchBox onWords={setWords} />}
            {words && <Results patient={patient} words={words} />}
            {held.length > 0 && !words && (
              <section className={css.held} aria-labelledby="held-title">
                <h2 id="held-title">{t('message.held.title')}</h2>
                <ul data-look="bubbles">{held.map((one) => <li key={one.id}><HeldLine patient={patient} held={one} face={false} acting={acting ? name : undefined} /></li>)}</ul>
              </section>
            )}
            {!words && <nav aria-label={t('message.list')}>
              <Card rows>{items.map((thread) => <ThreadItem key={thread.id} thread={thread} />)}</Card>
            </nav>}
            {!words && threads.hasNextPage && <div className={css.more}><Button variant="default" loading={threads.isFetchingNextPage} onClick={() => void threads.fetchNextPage()}>{t('message.earlier')}</Button></div>}
          </>
        )}
    </div>
  )
}

function ThreadItem({ thread }: { thread: Thread }) {
  const { t } = useWords()
  const { lately, topic, until, isLate } = useWritten()
  const going = useOutgoing(thread.id)
  const failed = going.some(({ state }) => state === 'failed')
  const { lastFrom, lastText } = thread
  return (
    <Link to="/p/$patient/messages/$thread" params={{ patient: thread.patient, thread: thread.id }} className={css.item} data-unread={thread.unread > 0 || undefined}>
      <Face name={lastFrom.name} acting={lastFrom.role === 'proxy'} />
      <span className="grow">
        <span className={css.itemHead}><b>{topic(thread)}</b><span className="meta">{lately(thread.lastAt)}</span></span>
        <span className={css.last}>{t('message.from', { name: lastFrom.name, text: plainOf(lastText) || t('message.withFile') })}</span>
        <span className={css.tags}>
          {thread.unread > 0 && <Tag tone="accent">{t('message.unread', { count: thread.unread })}</Tag>}
          {failed && <Tag tone="urgent" icon={<Icon name="alert" size={16} />}>{t('message.notSent')}</Tag>}
          {thread.state === 'closed' ? <Tag tone="outline">{t('message.turn.shortClosed')}</Tag>
            : thread.turn === 'you' ? <Tag tone="accent">{t('message.turn.shortYou')}</Tag>
            : isLate(thread) ? <Tag tone="look" icon={<Icon name="alert" size={16} />}>{t('message.turn.shortLate')}</Tag>
            : thread.turn === 'clinic' && thread.due ? <Tag icon={<Icon name="clock" size={16} />}>{t('message.turn.shortClinic', { date: until(thread.due) })}</Tag> : null}
        </span>
      </span>
      <Icon name="go" size={20} />
    </Link>
  )
}
