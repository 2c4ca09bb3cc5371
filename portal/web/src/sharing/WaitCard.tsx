import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { api, waitQuery } from '../worklist/calls'
import { Button } from '../ui/Button'
import { Card, SectionHead } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './sharing.module.css'

const days = 7

/** New results at once, or first the clinician's word: the patient's own choice. */
export function WaitCard({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const wait = useQuery(waitQuery(patient))
  const set = useMutation({
    mutationFn: (next: number) => take(api.PUT('/charts/{patient}/release', { params: { path: { patient } }, body: { days: next } })),
    onSuccess: (said) => queries.setQueryData(waitQuery(patient).queryKey, said),
  })
  if (!wait.data) return null
  const waits = wait.data.days > 0
  return (
    <section aria-labelledby="wait">
      <SectionHead id="wait" title={t('wait.title')} />
      <Card pad className={css.wait}>
        <p><b>{waits ? t('wait.on') : t('wait.off')}</b></p>
        <p className="dim">{waits ? t('wait.onMore', { count: wait.data.days }) : t('wait.offMore', { count: days })}</p>
        {set.error && <p role="alert" className={css.error}>{text(set.error)}</p>}
        <Button variant="default" loading={set.isPending} onClick={() => set.mutate(waits ? 0 : days)}>{waits ? t('wait.atOnce') : t('wait.ask')}</Button>
      </Card>
    </section>
  )
}
