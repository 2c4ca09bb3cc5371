import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { requestsQuery } from './calls'
import { RequestCard } from './RequestCard'
import css from './requests.module.css'

/** Who asks for somebody's record: which record is meant, what the paper says, and the answer. */
export function RequestsPage() {
  const { t } = useWords()
  usePageTitle(t('requests.page'))
  const queries = useQueryClient()
  const list = useInfiniteQuery(requestsQuery)
  const [said, setSaid] = useState('')
  const box = useRef<HTMLDivElement>(null)
  // The card that held the focus goes away with the answer.
  useEffect(() => {
    if (said) box.current?.focus()
  }, [said])
  const changed = (words: string) => {
    setSaid(words)
    void queries.invalidateQueries({ queryKey: requestsQuery.queryKey })
  }
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className={css.page}>
      <div>
        <h1>{t('requests.page')}</h1>
        <p className="dim">{t('requests.lead')}</p>
      </div>
      {said && <div ref={box} tabIndex={-1}><Said>{said}</Said></div>}
      {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
        : !list.data ? <Skeleton heights={[220, 220]} />
        : items.length === 0 ? <p className="dim">{t('requests.none')}</p>
        : items.map((one) => <RequestCard key={one.id} one={one} onChanged={changed} />)}
      {list.hasNextPage && <p><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('requests.more')}</Button></p>}
    </div>
  )
}
