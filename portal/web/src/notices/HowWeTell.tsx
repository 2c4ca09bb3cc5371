import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { Card, SectionHead } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { KindTable } from './KindTable'
import css from './notices.module.css'
import { PeopleTelling } from './PeopleTelling'
import { api, tellingQuery, type Telling } from './queries'
import { Times } from './Times'
import { Ways } from './Ways'

/** By which ways, about what and whom, and when not. Each change is kept at once. */
export function HowWeTell() {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const telling = useQuery(tellingQuery)
  // Two changes in a row: they are kept one after the other, and the first one's answer does not undo the second.
  const save = useMutation({
    mutationKey: ['telling'],
    scope: { id: 'telling' },
    mutationFn: (body: Telling) => take(api.PUT('/me/notifications', { body })),
    onSuccess: (kept) => {
      if (queries.isMutating({ mutationKey: ['telling'] }) === 1) queries.setQueryData(tellingQuery.queryKey, kept)
    },
    onError: () => queries.invalidateQueries({ queryKey: tellingQuery.queryKey }),
  })
  const now = telling.data
  // What was changed shows at once, also while the change before it is on its way.
  const change = (part: Partial<Telling>) => {
    const latest = queries.getQueryData(tellingQuery.queryKey) ?? now
    if (!latest) return
    const body = { ...latest, ...part }
    queries.setQueryData(tellingQuery.queryKey, body)
    save.mutate(body)
  }
  return (
    <>
      <SectionHead id="how" title={t('notices.how')} />
      {telling.error && !now ? <LoadError error={telling.error} onRetry={() => void telling.refetch()} /> : !now ? <Skeleton heights={[320]} /> : (
        <div className={css.cards}>
          {save.error && <ErrorSummary errors={[{ message: text(save.error) }]} />}
          <Ways now={now} change={change} />
          <Card pad>
            <h3 id="kinds">{t('notices.kinds')}</h3>
            <KindTable label="kinds" now={now} kinds={now.kinds} change={(kinds) => change({ kinds })} />
            <PeopleTelling now={now} change={(people) => change({ people })} />
          </Card>
          <Times now={now} change={change} />
          {save.isSuccess && <Said>{t('notices.saved')}</Said>}
        </div>
      )}
    </>
  )
}
