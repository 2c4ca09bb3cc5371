import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { Field } from '../care/Field'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, poolsKey, poolsQuery } from './calls'
import css from './pools.module.css'

/** Every pool with its numbers; what lies in them is not an administrator's to read. */
export function PoolsPage() {
  const { t } = useWords()
  usePageTitle(t('pools.page'))
  const text = useErrorText()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const pools = useQuery(poolsQuery)
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: () => take(api.POST('/clinic/pools', { body: { name: name.trim(), active: true, rules: { hours: {} } } })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: poolsKey })
      void navigate({ to: '/clinic/pools/$pool', params: { pool: made.id } })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) make.mutate()
  }
  return (
    <div className={css.page}>
      <PageHead title={t('pools.page')} />
      <p className="dim">{t('pools.lead')}</p>
      {pools.error && !pools.data ? <LoadError error={pools.error} onRetry={() => void pools.refetch()} /> : !pools.data ? <Skeleton heights={[64, 64, 64]} /> : (
        <Card rows>
          {pools.data.items.map((pool) => (
            <LinkRow
              key={pool.id} to="/clinic/pools/$pool" params={{ pool: pool.id }} title={pool.name}
              text={[t('pools.members', { count: pool.members }), t('pools.waiting', { count: pool.waiting })].join(', ')}
              below={pool.standard || !pool.active || pool.members === 0 ? (
                <span className={css.tags}>
                  {pool.standard && <Tag tone="accent">{t('pools.standard')}</Tag>}
                  {!pool.active && <Tag tone="outline">{t('pools.off')}</Tag>}
                  {pool.active && pool.members === 0 && <Tag tone="look" icon={<Icon name="alert" size={14} />}>{t('pools.nobody')}</Tag>}
                </span>
              ) : undefined}
            />
          ))}
        </Card>
      )}
      <Card rows>
        <LinkRow to="/clinic/escalations" title={t('pools.escalations')} text={t('pools.escalationsText')} />
        <LinkRow to="/clinic/out" title={t('pools.out')} text={t('pools.outText')} />
        <LinkRow to="/clinic/phrases" title={t('pools.phrases')} text={t('pools.phrasesText')} />
      </Card>
      <form className={css.form} onSubmit={submit}>
        {make.error && <ErrorSummary errors={[{ message: text(make.error) }]} />}
        <Field label={t('pools.newName')}>{(ids) => <input {...ids} value={name} maxLength={80} autoComplete="off" onChange={(event) => setName(event.target.value)} />}</Field>
        <div><Button type="submit" variant="default" loading={make.isPending}>{t('pools.make')}</Button></div>
      </form>
    </div>
  )
}
