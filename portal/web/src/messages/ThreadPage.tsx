import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { take } from '../api/client'
import { isNotFound } from '../api/problem'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api } from './calls'
import { Composer } from './Composer'
import { Conversation } from './Conversation'
import { HeldLine } from './HeldLines'
import { messagesOf } from './lines'
import css from './messages.module.css'
import { useOutgoing } from './outbox'
import { messagesKey, optionsQuery, threadQuery } from './queries'
import { Readers } from './Readers'
import { ThreadTurn } from './ThreadTurn'
import type { Thread } from './types'
import { useHeld, useThere } from './useHeld'
import { useEnd, useReading } from './useReading'
import { useSend } from './useSend'
import { useWritten } from './useWritten'

const nothing: never[] = []

/** One conversation, and the box to answer in. */
export function ThreadPage() {
  const { t } = useWords()
  const { patient, acting, name, subject } = useSubject()
  const { thread: id } = useParams({ from: '/gate/p/$patient/messages/$thread' })
  // What it is about is no title of a tab.
  usePageTitle(t('message.thread'), acting ? name : undefined)
  const { topic } = useWritten()
  // One that begins a conversation and waits is in no conversation yet.
  const began = useHeld(patient, id)
  const query = useInfiniteQuery({ ...threadQuery(patient, id), enabled: useThere(patient, id) })
  const navigate = useNavigate()
  const writeAgain = () => navigate({ to: '/p/$patient/messages/new', params: { patient }, replace: true })
  const options = useQuery(optionsQuery(patient)).data
  const messages = useMemo(() => (query.data ? messagesOf(query.data.pages) : nothing), [query.data])
  const thread = query.data?.pages[0]?.thread
  const outgoing = useOutgoing(id)
  const { send, again } = useSend(patient, id)
  useReading(patient, id, messages, thread?.unread ?? 0)
  const { end, below, jump } = useEnd(messages, outgoing)
  const back = <BackLink to="/p/$patient/messages" params={{ patient }} place={t('message.page')} />
  if (!thread && began.length > 0) {
    return (
      <div className={css.page}>
        <PageHead back={back} title={t('message.held.title')} />
        <ul data-look="bubbles">{began.map((one) => <li key={one.id} data-mine><HeldLine patient={patient} held={one} face={false} acting={acting ? name : undefined} onTaken={one.thread ? undefined : writeAgain} /></li>)}</ul>
      </div>
    )
  }
  if (!thread) {
    return (
      <div className={css.page}>
        <PageHead back={back} title={t('message.thread')} />
        {query.error ? (isNotFound(query.error) ? <Empty icon="lock" title={t('message.hidden')} text={t('message.hiddenText', { name: subject?.name ?? name })} /> : <LoadError error={query.error} onRetry={() => void query.refetch()} />)
          : <Skeleton heights={[40, 96, 96, 120]} onRetry={() => void query.refetch()} />}
      </div>
    )
  }
  return (
    <div className={`${css.page} ${css.thread}`} data-docked="">
      <PageHead back={back} title={topic(thread)} actions={<Closing thread={thread} can={options?.canSend ?? false} />} />
      <Readers options={options} owner={acting ? name : undefined} />
      <div className={css.conversation}>
        <Conversation
          patient={patient} acting={acting ? name : undefined} messages={messages} outgoing={outgoing} look="bubbles" onAgain={again}
          older={query.hasNextPage ? { loading: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined}
        />
      </div>
      <ThreadTurn thread={thread} name={subject?.name ?? name} />
      {options?.canSend ? (
        <div className={css.dock}>
          {below > 0 && <Button variant="default" icon="down" className={css.below} onClick={jump}>{t('message.newBelow', { count: below })}</Button>}
          <Composer
            key={id} patient={patient} thread={id} side="patient" rows={1} acting={acting ? name : undefined} label={acting ? t('message.writeFor', { name }) : t('message.write')}
            send={acting ? t('message.sendFor', { name }) : t('message.send')}
            onSend={(words, files, _, goes) => {
              void send(words, files, { goes })
              return true
            }}
          />
        </div>
      ) : options && <Empty icon="lock" title={t('message.cannot')} text={t('message.cannotText')} />}
      <div ref={end} />
    </div>
  )
}

function Closing({ thread, can }: { thread: Thread; can: boolean }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const params = { path: { patient: thread.patient, thread: thread.id } }
  const change = useMutation({
    mutationFn: () => take(thread.state === 'open' ? api.POST('/charts/{patient}/threads/{thread}/close', { params }) : api.POST('/charts/{patient}/threads/{thread}/reopen', { params })),
    onSuccess: () => queries.invalidateQueries({ queryKey: messagesKey(thread.patient) }),
  })
  if (!can) return null
  return (
    <div className={css.done}>
      {change.error && <ErrorSummary errors={[{ message: text(change.error) }]} />}
      <Button variant="subtle" icon={thread.state === 'open' ? 'done' : 'refresh'} loading={change.isPending} onClick={() => change.mutate()}>{thread.state === 'open' ? t('message.close') : t('message.reopen')}</Button>
    </div>
  )
}
