import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { LineField } from '../care/Field'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { listOf } from '../format/locale'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { escalationsQuery, nameOf, poolsQuery, saveEscalation, urgent } from './calls'
import css from './pools.module.css'

/** How messages that nobody answers are passed on: one list of steps under each name. */
export function EscalationsPage() {
  const { t, locale } = useWords()
  usePageTitle(t('escalations.page'))
  const text = useErrorText()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const list = useQuery(escalationsQuery)
  const pools = useQuery(poolsQuery).data?.items ?? []
  const [name, setName] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const make = useMutation({
    mutationFn: () => saveEscalation({ name, from: 'due', until: 'answered', clock: 'open', then: 'stop', steps: [{ minutes: 60 }], version: 0 }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: escalationsQuery.queryKey })
      void navigate({ to: '/clinic/escalations/$name', params: { name: made.name } })
    },
    onError: (error) => setErrors([{ field: 'escalation-name', message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = nameOf.test(name) ? [] : [{ field: 'escalation-name', message: t('escalations.needName') }]
    setErrors(wrong)
    if (wrong.length === 0) make.mutate()
  }
  const follows = (one: string) => {
    if (one === urgent) return t('escalations.followedUrgent')
    const by = pools.filter(({ escalation }) => escalation === one).map((pool) => pool.name)
    return by.length > 0 ? t('escalations.followed', { list: listOf(by, locale) }) : t('escalations.unused')
  }
  return (
    <div className={css.page}>
      <PageHead title={t('escalations.page')} text={t('escalations.lead')} back={<BackLink to="/clinic/pools" place={t('pools.page')} />} />
      {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} /> : !list.data ? <Skeleton heights={[64, 64]} /> : (
        <Card rows>
          {list.data.items.map((one) => (
            <LinkRow key={one.name} to="/clinic/escalations/$name" params={{ name: one.name }} title={one.name} text={`${t('escalations.steps', { count: one.steps.length })}. ${follows(one.name)}.`} />
          ))}
        </Card>
      )}
      <form className={css.form} onSubmit={submit} noValidate>
        <ErrorSummary errors={errors} />
        <LineField id="escalation-name" label={t('escalations.newName')} hint={t('escalations.nameHint')} error={errors[0]?.message} value={name} maxLength={40} autoCapitalize="none" spellCheck={false} onValue={(next) => setName(next.toLowerCase())} />
        <div><Button type="submit" variant="default" loading={make.isPending}>{t('escalations.make')}</Button></div>
      </form>
    </div>
  )
}
