import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { useKeys } from '../clinic/keys'
import { listOf } from '../format/locale'
import { Composer } from '../messages/Composer'
import { Conversation } from '../messages/Conversation'
import { messagesOf } from '../messages/lines'
import { useOutgoing } from '../messages/outbox'
import { inboxKey, messagesKey, optionsQuery, threadQuery } from '../messages/queries'
import type { Message, Thread } from '../messages/types'
import { useEnd, useReading } from '../messages/useReading'
import { useSend } from '../messages/useSend'
import { useWritten } from '../messages/useWritten'
import { useTopic, useWatch } from '../shell/context'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { BecomeDialog } from './BecomeDialog'
import { peopleQuery, priorities, work, type Hand, type Priority } from './calls'
import { useInbox } from './context'
import { HandDialog } from './HandDialog'
import css from './inbox.module.css'
import { PatientStrip } from './PatientStrip'
import { StaffNotes } from './StaffNotes'
import { usePhrases } from './usePhrases'
import { useThreadActs } from './useThreadActs'
import { Way } from './Way'

/** The conversation that is open, and the box to answer in. */
export function InboxThread() {
  const { patient, thread } = useParams({ from: '/gate/clinic/inbox/$patient/$thread' })
  // Another conversation is another box and another draft.
  return <Opened key={`${patient}/${thread}`} patient={patient} id={thread} />
}

const nothing: Message[] = []

function Opened({ patient, id }: { patient: string; id: string }) {
  const { t, locale } = useWords()
  const { topic } = useWritten()
  const says = useErrorText()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const search = useSearch({ from: '/gate/clinic/inbox' })
  useWatch(patient)
  useTopic(`messages/${patient}`, () => void queries.invalidateQueries({ queryKey: messagesKey(patient) }))
  const query = useInfiniteQuery(threadQuery(patient, id))
  const options = useQuery(optionsQuery(patient)).data
  const messages = useMemo(() => (query.data ? messagesOf(query.data.pages) : nothing), [query.data])
  const thread = query.data?.pages[0]?.thread
  const outgoing = useOutgoing(id)
  const { send, again } = useSend(patient, id)
  useReading(patient, id, messages, thread?.unread ?? 0)
  const { end, below, jump } = useEnd(messages, outgoing)
  const { closed, reopened } = useInbox()
  const acts = useThreadActs((act, which) => {
    if (act === 'close') closed(which)
    if (act === 'reopen') reopened()
  })
  const box = useRef<HTMLTextAreaElement>(null)
  const note = useRef<HTMLTextAreaElement>(null)
  const [strip, setStrip] = useState(false)
  const [handing, setHanding] = useState(false)
  const people = useQuery({ ...peopleQuery(patient, id), enabled: handing })
  const [making, setMaking] = useState(false)
  const path = { patient, thread: id }
  const moved = () => {
    void queries.invalidateQueries({ queryKey: messagesKey(patient) })
    void queries.invalidateQueries({ queryKey: inboxKey })
  }
  const from = thread?.claimedBy?.account
  const hand = useMutation({ mutationFn: (to: Hand) => take(work.POST('/clinic/inbox/{patient}/{thread}/hand', { params: { path }, body: { ...to, ...(from && { from }) } })), onSuccess: () => setHanding(false), onSettled: moved })
  const hurry = useMutation({ mutationFn: (priority: Priority) => take(work.POST('/clinic/inbox/{patient}/{thread}/priority', { params: { path }, body: { priority } })), onSettled: moved })
  const { phrases, onKey, onKeyUp, insert, begin, said } = usePhrases(patient, id, box)
  const act = (name: 'claim' | 'release' | 'close' | 'reopen') => acts.mutate({ act: name, patient, id })
  const open = thread?.state === 'open'
  useKeys({
    c: () => open && !thread.claimedBy && act('claim'), e: () => open && act('close'), r: () => box.current?.focus(), n: () => note.current?.focus(),
    h: () => open && setHanding(true), b: () => setMaking(true), '.': begin,
    o: () => void navigate({ to: '/clinic/p/$patient', params: { patient } }),
  })
  if (!thread) {
    return <div className={css.thread}>{query.error ? <div className={css.pad}><LoadError error={query.error} onRetry={() => void query.refetch()} /></div> : <div className={css.pad}><Skeleton heights={[44, 96, 96]} onRetry={() => void query.refetch()} /></div>}</div>
  }
  const others = [...new Set(messages.filter(({ from }) => from.side === 'patient').map(({ from }) => from.name))]
  const taken = acts.error instanceof ApiError && acts.error.code === 'claimed' && thread.claimedBy
  return (
    <>
      <section className={css.thread} aria-labelledby="inbox-thread">
        <header className={css.head}>
          <Link to="/clinic/inbox" search={search} className={css.back}><Icon name="back" size={20} />{t('inbox.back')}</Link>
          <div className={css.headLine}>
            <h2 id="inbox-thread">{topic(thread)}</h2>
            <Due thread={thread} />
          </div>
          <div className={css.acts}>
            {open ? (
              <>
                {!thread.claimedBy && <Button variant="default" icon="person" loading={acts.isPending} onClick={() => act('claim')}>{t('inbox.claim')} <kbd aria-hidden="true">C</kbd></Button>}
                <Button variant="default" icon="share" onClick={() => setHanding(true)}>{t('inbox.hand')} <kbd aria-hidden="true">H</kbd></Button>
                {thread.claimedBy?.me && <Button variant="default" icon="people" loading={acts.isPending} onClick={() => act('release')}>{t('inbox.release')}</Button>}
                <Button variant="default" icon="done" loading={acts.isPending} onClick={() => act('close')}>{t('inbox.done')} <kbd aria-hidden="true">E</kbd></Button>
              </>
            ) : <Button variant="default" icon="refresh" loading={acts.isPending} onClick={() => act('reopen')}>{t('inbox.reopen')}</Button>}
            <Button variant="default" icon="list" onClick={() => setMaking(true)}>{t('inbox.become')} <kbd aria-hidden="true">B</kbd></Button>
            {open && <select aria-label={t('inbox.priority')} className={css.hurry} value={thread.priority ?? 'routine'} onChange={(event) => hurry.mutate(event.target.value as Priority)}>{priorities.map((one) => <option key={one} value={one}>{t(`inbox.priorities.${one}`)}</option>)}</select>}
            <Button variant="default" icon="record" className={css.about} aria-expanded={strip} onClick={() => setStrip(!strip)}>{t('inbox.patient')}</Button>
            <span className="meta" role="status">{thread.claimedBy ? (thread.claimedBy.me ? t('inbox.claimedYou') : t('inbox.claimedBy', { name: thread.claimedBy.name })) : ''}</span>
          </div>
          {acts.error && <p className={css.refused} role="alert"><Icon name="alert" size={18} />{taken ? t('inbox.taken', { name: taken.name }) : says(acts.error)}</p>}
        </header>
        <div className={css.talk} tabIndex={0} role="region" aria-label={t('message.thread')}>
          <Conversation
            patient={patient} messages={messages} outgoing={outgoing} look="list" onAgain={again}
            older={query.hasNextPage ? { loading: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined}
          />
          <Way patient={patient} thread={id} />
          <StaffNotes patient={patient} thread={id} can={options?.canSend ?? false} box={note} />
          <div ref={end} />
        </div>
        <div className={css.reply} onKeyDown={onKey} onKeyUp={onKeyUp}>
          {below > 0 && <Button variant="default" icon="down" className={css.below} onClick={jump}>{t('message.newBelow', { count: below })}</Button>}
          {phrases.length > 0 && options?.canSend && (
            <select className={css.hurry} aria-label={t('inbox.phrase')} value="" onChange={(event) => insert(event.target.value)}>
              <option value="">{t('inbox.phrase')}</option>
              {phrases.map((one) => <option key={`${one.name} ${one.clinic}`} value={one.name}>.{one.name}</option>)}
            </select>
          )}
          <p className="meta" role="status">{said}</p>
          {options && !options.canSend ? <p className="dim">{t('inbox.cannot')}</p> : (
            <Composer
              patient={patient} thread={id} side="clinic" box={box} rows={3} label={t('inbox.replyLabel')}
              head={<p className="meta">{others.length > 0 ? t('inbox.reply', { list: listOf(others, locale) }) : t('inbox.replyLabel')}</p>}
              send={t('inbox.sendClose')} second={t('inbox.send')}
              onSend={(words, files, which, goes) => {
                void send(words, files, { goes, close: which === 'first' && !goes ? true : undefined }).then((sent) => {
                  if (sent && which === 'first' && !goes) act('close')
                })
                return true
              }}
            />
          )}
        </div>
      </section>
      <HandDialog title={t('inbox.handTitle')} people={people} opened={handing} busy={hand.isPending} error={hand.error} onClose={() => { hand.reset(); setHanding(false) }} onHand={(to) => hand.mutate(to)} />
      {making && <BecomeDialog patient={patient} thread={id} text={thread.lastText} opened onClose={() => setMaking(false)} />}
      <PatientStrip patient={patient} open={strip} onClose={() => setStrip(false)} />
    </>
  )
}

function Due({ thread }: { thread: Thread }) {
  const { t } = useWords()
  const { until, isLate } = useWritten()
  if (thread.state === 'closed') return <Tag tone="outline" icon={<Icon name="done" size={14} />}>{t('inbox.closed')}</Tag>
  if (!thread.due) return <Tag tone="outline">{t('inbox.waits')}</Tag>
  return isLate(thread) ? <Tag tone="look" icon={<Icon name="alert" size={14} />}>{t('inbox.lateBy', { date: until(thread.due) })}</Tag> : <Tag icon={<Icon name="clock" size={14} />}>{t('inbox.answerBy', { date: until(thread.due) })}</Tag>
}
