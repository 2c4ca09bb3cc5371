import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useKeyHints, useKeys } from '../clinic/keys'
import { inboxKey, inboxQuery } from '../messages/queries'
import type { InboxItem, InboxView } from '../messages/types'
import { useTopic } from '../shell/context'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon, type IconName } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useLookup } from '../ui/useLookup'
import { useWords } from '../ui/useWords'
import { BulkBar } from './BulkBar'
import { poolsQuery } from './calls'
import { InboxContext } from './context'
import css from './inbox.module.css'
import { InboxRow } from './InboxRow'
import { Narrow } from './Narrow'
import { useThreadActs } from './useThreadActs'

const views: { view: InboxView; icon: IconName }[] = [{ view: 'all', icon: 'people' }, { view: 'mine', icon: 'person' }, { view: 'unclaimed', icon: 'ask' }, { view: 'done', icon: 'done' }]
const undoMs = 8000
const maxChosen = 100
const most = 1000
const nearEnd = 5
const none: InboxItem[] = []

/** What patients wrote, due first; beside it the one that is open. */
export function InboxPage() {
  const { t } = useWords()
  usePageTitle(t('inbox.page'))
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { patient, thread } = useParams({ strict: false })
  const search = useSearch({ from: '/gate/clinic/inbox' })
  const view = search.view ?? 'all'
  const { typed, type, words } = useLookup()
  const list = useInfiniteQuery({ ...inboxQuery(view, words, { pool: search.pool, topic: search.topic, priority: search.priority, overdue: search.overdue }), placeholderData: (before) => before })
  useTopic('inbox', () => void queries.invalidateQueries({ queryKey: inboxKey }))
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? none, [list.data])
  const pools = useQuery(poolsQuery).data?.items ?? []
  const [chosen, setChosen] = useState<string[]>([])
  const picked = items.filter(({ id }) => chosen.includes(id))
  const choose = (id: string) => setChosen((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(0, maxChosen)))
  const counts = list.data?.pages[0]?.counts
  const [undo, setUndo] = useState<{ patient: string; id: string }>()
  const [held, setHeld] = useState(false)
  const [at, setAt] = useState<number>()
  const find = useRef<HTMLInputElement>(null)
  const rows = useRef<HTMLOListElement>(null)
  const current = items.findIndex((item) => item.id === thread && item.patient === patient)
  const marked = at ?? current
  // The list comes anew behind what is done: it may still hold what was closed, or already be without what is open.
  const done = useRef(new Set<string>())
  const around = useRef(items)
  if (current >= 0) around.current = items

  const open = (item: { patient: string; id: string } | undefined) => {
    setAt(undefined)
    if (item) void navigate({ to: '/clinic/inbox/$patient/$thread', params: { patient: item.patient, thread: item.id }, search, hash: true })
    else void navigate({ to: '/clinic/inbox', search, hash: true })
  }
  const acts = useThreadActs((act) => {
    if (act === 'reopen') setUndo(undefined)
  })
  const takeBack = () => {
    if (!undo) return
    done.current.delete(undo.id)
    acts.mutate({ act: 'reopen', ...undo })
    open(undo)
  }
  useEffect(() => {
    if (!undo || held) return undefined
    const timer = window.setTimeout(() => setUndo(undefined), undoMs)
    return () => window.clearTimeout(timer)
  }, [undo, held])
  // With a conversation open the keys go from one to the next; without, they move the mark.
  const move = (by: number) => {
    const next = Math.max(0, Math.min(items.length - 1, marked + by))
    // The rest is there before the keys come to the end of what is shown.
    if (next > items.length - nearEnd && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
    if (thread && items[next]) open(items[next])
    else setAt(next)
  }
  useEffect(() => {
    rows.current?.querySelector('[data-at="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  useKeys({
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => items[Math.max(0, marked)] && open(items[Math.max(0, marked)]),
    x: () => { const item = items[Math.max(0, marked)]; if (item) choose(item.id) },
    '/': () => find.current?.focus(), z: takeBack, Escape: () => thread && open(undefined),
  })
  useKeyHints([
    { keys: ['J', 'K'], says: t('inbox.key.move') }, ...(thread ? [{ keys: ['C'], says: t('inbox.key.claim') }, { keys: ['H'], says: t('inbox.key.hand') }, { keys: ['B'], says: t('inbox.key.become') }, { keys: ['R'], says: t('inbox.key.reply') }, { keys: ['.'], says: t('inbox.key.phrase') }, { keys: ['E'], says: t('inbox.key.done') }, { keys: ['O'], says: t('inbox.key.chart') }] : [{ keys: ['↵'], says: t('inbox.key.open') }]),
    { keys: ['X'], says: t('inbox.key.choose') }, ...(!thread && picked.length > 0 ? [{ keys: ['H'], says: t('inbox.key.hand') }] : []), { keys: ['Z'], says: t('inbox.key.undo') }, { keys: ['/'], says: t('inbox.key.find') },
  ])
  const ways = useMemo(() => ({
    items,
    closed: (gone: { patient: string; id: string }) => {
      done.current.add(gone.id)
      setUndo(gone)
      if (view === 'done') return
      const place = around.current.findIndex((item) => item.id === gone.id)
      const rest = [...around.current.slice(place + 1), ...around.current.slice(0, Math.max(place, 0)).reverse(), ...items]
      open(rest.find((item) => !done.current.has(item.id)))
    },
    reopened: () => {
      done.current.clear()
      setUndo(undefined)
    },
  }), [items, view])

  return (
    <InboxContext value={ways}>
      <div className={css.page} data-open={thread ? true : undefined}>
        <div className={css.views}>
          <h1>{t('inbox.page')}</h1>
          <div role="group" aria-label={t('inbox.views')} className={css.viewList}>
            {views.map(({ view: one, icon }) => (
              <button key={one} type="button" aria-pressed={view === one} onClick={() => void navigate({ to: '/clinic/inbox', search: { ...search, view: one === 'all' ? undefined : one }, hash: true })}>
                <Icon name={icon} size={18} /><span className="grow">{t(`inbox.view.${one}`)}</span>{counts && <span className={css.number}>{counts[one] >= most ? `${most - 1}+` : counts[one]}</span>}
              </button>
            ))}
          </div>
          <Narrow pools={pools} />
          <nav aria-label={t('inbox.also')} className={css.also}>
            <Link to="/clinic/phrases"><Icon name="pen" size={18} />{t('inbox.phrases')}</Link>
            <Link to="/clinic/out"><Icon name="calendar" size={18} />{t('inbox.out')}</Link>
          </nav>
        </div>
        <section className={css.list} aria-labelledby="inbox-list">
          <h2 id="inbox-list" className="sr">{t('inbox.list')}</h2>
          <div className={css.find} role="search">
            <Icon name="search" size={18} />
            <label htmlFor="inbox-find" className="sr">{t('inbox.search')}</label>
            <input id="inbox-find" ref={find} type="search" value={typed} placeholder={t('inbox.searchHelp')} maxLength={100} autoComplete="off" onChange={(event) => type(event.target.value)} />
          </div>
          <BulkBar chosen={picked} alone={!thread} onDone={setChosen} />
          {list.error && !list.data ? <div className={css.pad}><LoadError error={list.error} onRetry={() => void list.refetch()} /></div>
            : !list.data ? <div className={css.pad}><Skeleton heights={[84, 84, 84, 84]} onRetry={() => void list.refetch()} /></div>
            : items.length === 0 ? (
              <div className={css.pad}>
                {words ? <Empty icon="search" title={t('inbox.noMatch', { q: words })} text={t('inbox.noMatchText')} /> : <Empty icon="inbox" title={t('inbox.none')} text={t('inbox.noneText')} />}
              </div>
            ) : (
              <ol ref={rows} aria-label={t('inbox.list')}>
                {items.map((item, n) => <InboxRow key={item.id} item={item} marked={n === at} chosen={chosen.includes(item.id)} onChoose={() => choose(item.id)} search={search} />)}
              </ol>
            )}
          {list.hasNextPage && <div className={css.more}><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('inbox.more')}</Button></div>}
        </section>
        <Outlet />
        {undo && (
          <div className={css.toast} role="status" onFocus={() => setHeld(true)} onBlur={() => setHeld(false)} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
            <span>{t('inbox.closedUndo')}</span>
            <Button variant="default" loading={acts.isPending} onClick={takeBack}>{t('inbox.undo')} <kbd>Z</kbd></Button>
          </div>
        )}
      </div>
    </InboxContext>
  )
}
