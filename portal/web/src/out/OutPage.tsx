import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { outQuery, work, type Out, type Outs } from '../inbox/calls'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { InboxBack } from './InboxBack'
import css from './out.module.css'
import { OutForm } from './OutForm'

/** Who is out, from when to when, and who stands in. */
export function OutPage() {
  const { t, clock } = useWords()
  usePageTitle(t('coverage.page'))
  const outs = useQuery(outQuery)
  const started = (one: Out) => new Date(one.from) <= clock.now
  const now = outs.data?.items.filter(started) ?? []
  const later = outs.data?.items.filter((one) => !started(one)) ?? []
  return (
    <div className={css.page}>
      <PageHead title={t('coverage.page')} text={t('coverage.lead')} back={<InboxBack />} />
      {outs.error && !outs.data ? <LoadError error={outs.error} onRetry={() => void outs.refetch()} />
        : !outs.data ? <Skeleton heights={[64, 64, 240]} />
        : (
          <>
            {now.length + later.length === 0 && <Empty icon="calendar" title={t('coverage.nobody')} text={t('coverage.nobodyText')} />}
            <List title={t('coverage.now')} items={now} all={outs.data} running />
            <List title={t('coverage.later')} items={later} all={outs.data} />
            <OutForm all={outs.data} />
          </>
        )}
    </div>
  )
}

function List({ title, items, all, running = false }: { title: string; items: Out[]; all: Outs; running?: boolean }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const me = useMe().account.id
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: (id: string) => take(work.DELETE('/clinic/coverage/{id}', { params: { path: { id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: outQuery.queryKey }),
  })
  if (items.length === 0) return null
  const says = (one: Out) => (one.account === me ? t(running ? 'coverage.back' : 'coverage.cancel') : t(running ? 'coverage.backFor' : 'coverage.cancelFor', { name: one.name }))
  return (
    <section aria-label={title} className={css.section}>
      <h2>{title}</h2>
      {end.error && <ErrorSummary errors={[{ message: text(end.error) }]} />}
      <Card rows>
        {items.map((one) => (
          <div key={one.id} className={css.line}>
            <span className="grow">
              <b>{one.name}</b> {one.account === me && <Tag>{t('coverage.you')}</Tag>}
              <span className={css.about}>{t('coverage.span', { from: longDate(one.from, locale, clock.zone), until: longDate(one.until, locale, clock.zone) })}. {t('coverage.by', { name: one.byName })}</span>
            </span>
            {all.for.some(({ id }) => id === one.account) && <Button variant="default" loading={end.isPending} onClick={() => end.mutate(one.id)}>{says(one)}</Button>}
          </div>
        ))}
      </Card>
    </section>
  )
}
