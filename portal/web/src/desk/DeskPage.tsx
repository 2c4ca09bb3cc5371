import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { kindIcons } from '../asks/AsksPage'
import { openAsksKey, openAsksQuery } from '../asks/calls'
import { askKinds, type ListedAsk } from '../asks/types'
import { useAskWords } from '../asks/words'
import { useKeyHints, useKeys } from '../clinic/keys'
import { ageSex } from '../clinic/words'
import css from '../inbox/inbox.module.css'
import { useTopic } from '../shell/context'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'

const none: ListedAsk[] = []

/** What patients ask for, the oldest first; beside it the one that is open. */
export function DeskPage() {
  const { t } = useWords()
  const { when, title } = useAskWords()
  usePageTitle(t('clinicAsks.page'))
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { patient, id } = useParams({ strict: false })
  const search = useSearch({ from: '/gate/clinic/asks' })
  const list = useInfiniteQuery({ ...openAsksQuery(search.kind), placeholderData: (before) => before })
  useTopic('asked', () => void queries.invalidateQueries({ queryKey: openAsksKey }))
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? none, [list.data])
  const counts = list.data?.pages[0]?.counts
  const total = counts && askKinds.reduce((sum, kind) => sum + counts[kind], 0)
  const [at, setAt] = useState<number>()
  const rows = useRef<HTMLOListElement>(null)
  const marked = at ?? items.findIndex((item) => item.id === id)
  const open = (item: ListedAsk | undefined) => {
    setAt(undefined)
    if (item) void navigate({ to: '/clinic/asks/$patient/$id', params: { patient: item.patient, id: item.id }, search })
    else void navigate({ to: '/clinic/asks', search })
  }
  const move = (by: number) => {
    const next = Math.max(0, Math.min(items.length - 1, marked + by))
    if (id && items[next]) open(items[next])
    else setAt(next)
  }
  useEffect(() => {
    rows.current?.querySelector('[data-at="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  // Enter is the button's that has the focus, but for who walks through the list by keys.
  const marks = at !== undefined && !id
  useKeys({ ...(marks && { Enter: () => open(items[at]) }), j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), Escape: () => id && open(undefined) })
  useKeyHints([
    { keys: ['J', 'K'], says: t('clinicAsks.key.move') },
    ...(id ? [{ keys: ['A'], says: t('clinicAsks.key.accept') }, { keys: ['B'], says: t('clinicAsks.key.begin') }, { keys: ['D'], says: t('clinicAsks.key.done') }, { keys: ['H'], says: t('clinicAsks.key.hold') }, { keys: ['X'], says: t('clinicAsks.key.decline') }, { keys: ['O'], says: t('clinicAsks.key.chart') }] : [{ keys: ['↵'], says: t('clinicAsks.key.open') }]),
  ])
  return (
    <div className={css.page} data-open={id && patient ? true : undefined}>
      <div className={css.views}>
        <h1>{t('clinicAsks.page')}</h1>
        <div role="group" aria-label={t('clinicAsks.kinds')} className={css.viewList}>
          {([undefined, ...askKinds] as const).map((kind) => (
            <button key={kind ?? 'all'} type="button" aria-pressed={search.kind === kind} onClick={() => void navigate({ to: '/clinic/asks', search: { kind } })}>
              <Icon name={kind ? kindIcons[kind] : 'list'} size={18} /><span className="grow">{kind ? t(`asks.kind.${kind}`) : t('clinicAsks.all')}</span>{counts && <span className={css.number}>{kind ? counts[kind] : total}</span>}
            </button>
          ))}
        </div>
      </div>
      <section className={css.list} aria-labelledby="asks-list">
        <h2 id="asks-list" className="sr">{t('clinicAsks.list')}</h2>
        {list.error && !list.data ? <div className={css.pad}><LoadError error={list.error} onRetry={() => void list.refetch()} /></div>
          : !list.data ? <div className={css.pad}><Skeleton heights={[84, 84, 84]} onRetry={() => void list.refetch()} /></div>
          : items.length === 0 ? <div className={css.pad}><Empty icon="list" title={t('clinicAsks.none')} text={t('clinicAsks.noneText')} /></div>
          : (
            <ol ref={rows} aria-label={t('clinicAsks.list')}>
              {items.map((item, index) => (
                <li key={item.id} data-at={index === marked || undefined}>
                  <Link to="/clinic/asks/$patient/$id" params={{ patient: item.patient, id: item.id }} search={search} className={css.row} activeOptions={{ includeSearch: false }}>
                    <span className={css.rowHead}><b>{[item.patientName, ageSex(item, t)].filter(Boolean).join(', ')}</b><span className="meta">{when(item.askedAt)}</span></span>
                    <span className={css.topic}>{title(item)}</span>
                    {item.note && <span className={css.last}>{item.note}</span>}
                    <span className={css.rowFoot}>
                      {item.by.role === 'proxy' && <Tag tone="act">{item.by.name}</Tag>}
                      <Tag tone={item.state === 'requested' ? 'accent' : item.state === 'on-hold' ? 'outline' : 'plain'}>{t(`clinicAsks.state.${item.state}`)}</Tag>
                    </span>
                  </Link>
                </li>
              ))}
            </ol>
          )}
        {list.hasNextPage && <div className={css.more}><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('clinicAsks.more')}</Button></div>}
      </section>
      <Outlet />
    </div>
  )
}

export function NoneOpen() {
  const { t } = useWords()
  return <div className={css.nothing}><Empty icon="list" title={t('clinicAsks.pick')} text={t('clinicAsks.pickText')} /></div>
}
