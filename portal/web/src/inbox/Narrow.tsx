import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { take } from '../api/client'
import { topics } from '../pools/calls'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { filtersQuery, priorities, work, type Filter, type Narrow as Narrowed, type Pool, type Priority } from './calls'
import css from './inbox.module.css'
import { LoadDialog } from './LoadDialog'

/** The pools one is in, what the list is narrowed to, and the filters one keeps. */
export function Narrow({ pools }: { pools: Pool[] }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const search = useSearch({ from: '/gate/clinic/inbox' })
  const kept = useQuery(filtersQuery).data?.items ?? []
  const [name, setName] = useState('')
  const [loads, setLoads] = useState(false)
  const go = (next: Narrowed) => void navigate({ to: '/clinic/inbox', search: next, hash: true })
  const again = () => queries.invalidateQueries({ queryKey: filtersQuery.queryKey })
  const save = useMutation({
    mutationFn: () => {
      const id = crypto.randomUUID()
      return take(work.PUT('/clinic/inbox/filters/{id}', { params: { path: { id } }, body: { ...search, id, name: name.trim() } }))
    },
    onSuccess: () => { setName(''); void again() },
  })
  const drop = useMutation({ mutationFn: (filter: Filter) => take(work.DELETE('/clinic/inbox/filters/{id}', { params: { path: { id: filter.id } } })), onSuccess: again })
  const narrowed = Boolean(search.priority || search.overdue || search.pool || search.topic)
  return (
    <details className={css.narrow} open={narrowed || undefined}>
      <summary>{t('inbox.narrow')}</summary>
      {pools.length > 0 && (
        <label>{t('inbox.pool')}
          <select value={search.pool ?? ''} onChange={(event) => go({ ...search, pool: event.target.value || undefined })}>
            <option value="">{t('inbox.allPools')}</option>
            {pools.map((pool) => <option key={pool.id} value={pool.id}>{pool.name}</option>)}
          </select>
        </label>
      )}
      <label>{t('inbox.topic')}
        <select value={search.topic ?? ''} onChange={(event) => go({ ...search, topic: (event.target.value || undefined) as Narrowed['topic'] })}>
          <option value="">{t('inbox.anyTopic')}</option>
          {topics.map((one) => <option key={one} value={one}>{t(`message.topic.${one}`)}</option>)}
        </select>
      </label>
      <label>{t('inbox.priority')}
        <select value={search.priority ?? ''} onChange={(event) => go({ ...search, priority: (event.target.value || undefined) as Priority | undefined })}>
          <option value="">{t('inbox.anyPriority')}</option>
          {priorities.map((one) => <option key={one} value={one}>{t(`inbox.priorities.${one}`)}</option>)}
        </select>
      </label>
      <label className={css.tick}><input type="checkbox" checked={search.overdue ?? false} onChange={(event) => go({ ...search, overdue: event.target.checked || undefined })} />{t('inbox.overdue')}</label>
      {kept.length > 0 && (
        <ul aria-label={t('inbox.filters')} className={css.filters}>
          {kept.map((filter) => (
            <li key={filter.id}>
              <button type="button" onClick={() => go({ view: filter.view, pool: filter.pool, topic: filter.topic, priority: filter.priority, overdue: filter.overdue })}>{filter.name}</button>
              <button type="button" aria-label={t('inbox.dropFilter', { name: filter.name })} onClick={() => drop.mutate(filter)}><Icon name="cross" size={16} /></button>
            </li>
          ))}
        </ul>
      )}
      {(narrowed || search.view) && (
        <form className={css.keep} onSubmit={(event) => { event.preventDefault(); if (name.trim()) save.mutate() }}>
          <input aria-label={t('inbox.filterName')} placeholder={t('inbox.filterName')} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          <Button variant="default" type="submit" loading={save.isPending}>{t('inbox.keep')}</Button>
        </form>
      )}
      {search.pool && <Button variant="default" onClick={() => setLoads(true)}>{t('inbox.load')}</Button>}
      {search.pool && <LoadDialog pool={search.pool} opened={loads} onClose={() => setLoads(false)} />}
    </details>
  )
}
