import { useInfiniteQuery, useMutation, useQueryClient, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { Page } from '../api/types'
import { take } from '../api/client'
import { titleOf } from '../chart/entryWords'
import { fullDate, longDate } from '../format/date'
import { splitRef } from '../format/entry'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Card, SectionHead } from '../ui/Card'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, assignsQuery, heldQuery, matchesQuery, worklistKey, type Assign, type HeldResult } from './calls'
import { MatchCard } from './MatchCard'
import css from './worklist.module.css'

/** What waits for somebody's decision: people who may be the same, entries to assign, results to release. */
export function WorklistPage() {
  const { t } = useWords()
  usePageTitle(t('work.page'))
  const matches = useInfiniteQuery(matchesQuery)
  const assigns = useInfiniteQuery(assignsQuery)
  const held = useInfiniteQuery(heldQuery)
  return (
    <div className={css.page}>
      <h1>{t('work.page')}</h1>
      <p className="dim">{t('work.lead')}</p>
      <List id="same" title={t('work.same')} none={t('work.sameNone')} query={matches}>
        {(match) => <MatchCard key={match.a.id + match.b.id} match={match} />}
      </List>
      <List id="assign" title={t('work.assign')} none={t('work.assignNone')} query={assigns}>
        {(item) => <AssignRow key={item.patient.id + item.ref} item={item} />}
      </List>
      <List id="held" title={t('work.held')} none={t('work.heldNone')} query={held}>
        {(item) => <HeldRow key={item.entry.ref} item={item} />}
      </List>
    </div>
  )
}

interface ListProps<T> { id: string; title: string; none: string; query: UseInfiniteQueryResult<{ pages: Page<T>[] }>; children: (item: T) => ReactNode }

function List<T>({ id, title, none, query, children }: ListProps<T>) {
  const { t } = useWords()
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <section aria-labelledby={id} className={css.section}>
      <SectionHead id={id} title={title} />
      {query.error && !items ? <LoadError error={query.error} onRetry={() => void query.refetch()} />
        : !items ? <Skeleton heights={[96]} />
        : items.length === 0 ? <p className="dim">{none}</p>
        : <div className={css.items}>{items.map(children)}</div>}
      {query.hasNextPage && <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('work.more')}</Button>}
    </section>
  )
}

/** A decision; afterwards the lists are read again, whoever was faster. */
export function useDecision<T>(act: (value: T) => Promise<unknown>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries({ queryKey: worklistKey }) })
}

function AssignRow({ item }: { item: Assign }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const [reason, setReason] = useState('')
  const { type, id } = splitRef(item.ref)
  const stay = useDecision(() => take(api.POST('/clinic/assigns/stay', { body: { patient: item.patient.id, other: item.other.id, type, id } })))
  const move = useDecision(() => take(api.POST('/clinic/refile', { body: { from: item.patient.id, to: item.other.id, refs: [item.ref], reason } })))
  const error = stay.error ?? move.error
  const title = item.entry ? titleOf(item.entry, t) : type
  const field = `why-${id}`
  return (
    <Card pad label={title}>
      <h3>{title}</h3>
      <p className="dim">{[fullDate(item.entry?.at, locale, clock.zone), t('work.isIn', { name: whoIs(item.patient) })].filter(Boolean).join(' · ')}</p>
      {error && <p role="alert" className={css.error}>{text(error)}</p>}
      <div className={css.why}>
        <label htmlFor={field}>{t('work.reason')}</label>
        <input id={field} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </div>
      <div className={css.acts}>
        <Button variant="default" loading={stay.isPending} onClick={() => stay.mutate(undefined)}>{t('work.stay')}</Button>
        <Button loading={move.isPending} onClick={() => move.mutate(undefined)}>{t('work.move', { name: whoIs(item.other) })}</Button>
      </div>
    </Card>
  )
}

const whoIs = (person: { name: string; birthDate?: string }) => [person.name, person.birthDate].filter(Boolean).join(', ')

function HeldRow({ item }: { item: HeldResult }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const { type, id } = splitRef(item.entry.ref)
  const release = useDecision(() => take(api.POST('/charts/{patient}/entries/{type}/{id}/release', { params: { path: { patient: item.patient, type, id } } })))
  const title = titleOf(item.entry, t)
  return (
    <Card pad label={`${title}, ${item.name}`}>
      <h3>{title}</h3>
      <p className="dim">{[item.name, fullDate(item.entry.at, locale, clock.zone)].filter(Boolean).join(' · ')}</p>
      <p>{t(item.harm ? 'work.harm' : 'work.wish', { date: longDate(item.until, locale, clock.zone) })}</p>
      {item.reason && <p className="dim">{t('work.because', { text: item.reason })}</p>}
      {release.error && <p role="alert" className={css.error}>{text(release.error)}</p>}
      <div className={css.acts}><Button loading={release.isPending} onClick={() => release.mutate(undefined)}>{t('work.release')}</Button></div>
    </Card>
  )
}
