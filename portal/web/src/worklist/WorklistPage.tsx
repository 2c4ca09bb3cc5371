import { useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Page } from '../api/types'
import { usePageTitle } from '../shell/title'
import { requestsQuery } from '../requests/calls'
import { Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { AssignRow } from './AssignRow'
import { assignsQuery, heldQuery, importsQuery, matchesQuery } from './calls'
import { HeldRow } from './HeldRow'
import { ImportCard } from './ImportCard'
import { MatchCard } from './MatchCard'
import css from './worklist.module.css'

/** What waits for somebody's decision: results to release, records of unknown people, people who may be the same, entries to assign. */
export function WorklistPage() {
  const { t } = useWords()
  usePageTitle(t('work.page'))
  const held = useInfiniteQuery(heldQuery)
  const imports = useInfiniteQuery(importsQuery)
  const matches = useInfiniteQuery(matchesQuery)
  const assigns = useInfiniteQuery(assignsQuery)
  const requests = useInfiniteQuery(requestsQuery)
  const lists = [['held', held], ['imports', imports], ['same', matches], ['assign', assigns]] as const
  // Drawn in one go: a list that comes later would push those below it.
  const pending = requests.isPending || lists.some(([, query]) => query.isPending)
  const full = lists.filter(([, query]) => query.data?.pages[0]?.items.length)
  return (
    <div className={css.page}>
      <div>
        <h1>{t('work.page')}</h1>
        <p className="dim">{t('work.lead')}</p>
      </div>
      {!pending && <p><LinkButton variant="default" icon="key" to="/clinic/requests">{t('clinic.nav.requests')}{requests.data && ` (${count(requests)})`}</LinkButton></p>}
      {pending ? <Skeleton heights={[32, 96, 96, 240]} /> : (
        <>
          {full.length > 1 && <nav aria-label={t('work.parts')} className={css.parts}>
            {full.map(([id, query]) => <Link key={id} to="." hash={id} replace>{t(`work.${id}`)} <b>{count(query)}</b></Link>)}
          </nav>}
          <List id="held" title={t('work.held')} none={t('work.heldNone')} query={held} rows>
            {(item) => <HeldRow key={item.patient + item.entry.ref} item={item} />}
          </List>
          <List id="imports" title={t('work.imports')} none={t('work.importsNone')} query={imports}>
            {(item) => <ImportCard key={item.source + item.party} item={item} />}
          </List>
          <List id="same" title={t('work.same')} none={t('work.sameNone')} query={matches}>
            {(match) => <MatchCard key={match.a.id + match.b.id} match={match} />}
          </List>
          <List id="assign" title={t('work.assign')} none={t('work.assignNone')} query={assigns}>
            {(item) => <AssignRow key={item.patient.id + item.ref} item={item} />}
          </List>
        </>
      )}
    </div>
  )
}

type Pages<T> = UseInfiniteQueryResult<{ pages: Page<T>[] }>
const count = (query: Pages<unknown>): string => {
  const n = query.data?.pages.reduce((sum, { items }) => sum + items.length, 0)
  return n === undefined ? '' : query.hasNextPage ? `${n}+` : String(n)
}

interface ListProps<T> { id: string; title: string; none: string; query: Pages<T>; rows?: boolean; children: (item: T) => ReactNode }

function List<T>({ id, title, none, query, rows = false, children }: ListProps<T>) {
  const { t } = useWords()
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-labelledby={id} className={css.section}>
      <h2 id={id}>{title}</h2>
      {query.error && !query.data ? <LoadError error={query.error} onRetry={() => void query.refetch()} />
        : items.length === 0 ? <p className="dim">{none}</p>
        : rows ? <Card rows>{items.map(children)}</Card>
        : <div className={css.items}>{items.map(children)}</div>}
      {query.hasNextPage && <p><Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('work.more')}</Button></p>}
    </section>
  )
}
