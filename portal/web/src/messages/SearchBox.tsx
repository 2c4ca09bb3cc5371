import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState, type FormEvent } from 'react'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { plainOf } from './markup'
import css from './messages.module.css'
import { foundQuery } from './queries'
import { useWritten } from './useWritten'

/** Words in one's messages, the newest first. What is looked for stays out of the address. */
export function SearchBox({ onWords }: { onWords: (words: string) => void }) {
  const { t } = useWords()
  const id = useId()
  const [text, setText] = useState('')
  const look = (event: FormEvent) => {
    event.preventDefault()
    onWords(text.trim())
  }
  return (
    <form role="search" className={css.search} onSubmit={look}>
      <label htmlFor={id}>{t('message.search.label')}</label>
      <input
        id={id} type="search" value={text} maxLength={200} autoComplete="off"
        onChange={(event) => {
          setText(event.target.value)
          if (!event.target.value) onWords('')
        }}
      />
      <Button type="submit" variant="default" icon="search">{t('message.search.do')}</Button>
    </form>
  )
}

export function Results({ patient, words }: { patient: string; words: string }) {
  const { t } = useWords()
  const { lately } = useWritten()
  const query = useInfiniteQuery(foundQuery(patient, words))
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  if (query.error && !query.data) return <LoadError error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton heights={[92, 92]} onRetry={() => void query.refetch()} />
  return (
    <>
      <p role="status" className={css.found}>{items.length === 0 && !query.hasNextPage ? t('message.search.none') : t('message.search.found', { count: items.length })}</p>
      {items.length > 0 && (
        <nav aria-label={t('message.search.results')}>
          <Card rows>
            {items.map((one) => (
              <Link key={one.id} to="/p/$patient/messages/$thread" params={{ patient, thread: one.thread }} className={css.item}>
                <Face name={one.from.name} acting={one.from.role === 'proxy'} />
                <span className="grow">
                  <span className={css.itemHead}><b>{one.subject || t(`message.topic.${one.topic}`)}</b><span className="meta">{lately(one.at)}</span></span>
                  <span className={css.last}>{t('message.from', { name: one.mine ? t('message.you') : one.from.name, text: plainOf(one.excerpt) || t('message.withFile') })}</span>
                </span>
                <Icon name="go" size={20} />
              </Link>
            ))}
          </Card>
        </nav>
      )}
      {query.hasNextPage && <div className={css.more}><Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('message.search.more')}</Button></div>}
    </>
  )
}
