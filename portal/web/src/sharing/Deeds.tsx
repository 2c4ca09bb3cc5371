import { useInfiniteQuery } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { useState } from 'react'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Page, Problem } from '../api/types'
import { moment } from '../format/date'
import { Button } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './sharing.module.css'

interface Deed { at: string; what: 'message' | 'booked' | 'changed' | 'asked' | 'answered' | 'form'; id?: string }
interface Paths {
  '/charts/{patient}/grants/{id}/deeds': { get: { responses: { 200: { content: { 'application/json': Page<Deed> } }; default: { content: { 'application/problem+json': Problem } } }; parameters: { path: { patient: string; id: string }; query: { cursor?: string; limit?: number } } } }
}
const api = client as unknown as Client<Paths>

/** What somebody did for the patient, from the audit: opened when it is wanted. */
export function Deeds({ patient, grant }: { patient: string; grant: { id: string; name: string } }) {
  const { t, locale, dayInside, clock } = useWords()
  const [open, setOpen] = useState(false)
  const list = useInfiniteQuery({
    queryKey: [...chartKey(patient), 'deeds', grant.id],
    queryFn: ({ pageParam }) => take(api.GET('/charts/{patient}/grants/{id}/deeds', { params: { path: { patient, id: grant.id }, query: { ...(pageParam && { cursor: pageParam }), limit: 10 } } })),
    initialPageParam: '', getNextPageParam: (last) => last.next || undefined, enabled: open,
  })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const id = `deeds-${grant.id}`
  return (
    <div className={css.deeds}>
      <Button variant="subtle" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>{t('deeds.title', { name: grant.name })}</Button>
      {open && (
        <div id={id}>
          {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
            : !list.data ? <Skeleton heights={[28, 28, 28]} onRetry={() => void list.refetch()} />
            : items.length === 0 ? <p className="dim">{t('deeds.none')}</p>
            : <ul className={css.deedList}>{items.map((deed) => <li key={`${deed.at} ${deed.id}`}><span>{t(`deeds.${deed.what}`)}</span><span className="meta">{moment(deed.at, locale, dayInside, clock)}</span></li>)}</ul>}
          {list.hasNextPage && <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('deeds.more')}</Button>}
        </div>
      )}
    </div>
  )
}
