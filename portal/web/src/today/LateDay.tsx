import { useMutation, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { api } from '../booking/calls'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './today.module.css'

const steps = [5, 10, 15, 30]

/** One press tells all who wait for this clinician, and who comes soon, how late the day is. */
export function LateDay({ behind }: { behind: number }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const tell = useMutation({
    mutationFn: (minutes: number) => take(api.POST('/clinic/day/late', { body: { minutes } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['clinic', 'day'] }),
  })
  return (
    <section aria-label={t('seen.late')} className={css.lateDay}>
      <p className={css.lateHead}><b>{t('seen.late')}</b>{behind > 0 && <span>{t('seen.lateNow', { count: behind })}</span>}</p>
      <div className={css.chips}>
        {steps.map((count) => <button key={count} type="button" aria-pressed={behind === count} onClick={() => tell.mutate(count)}><span aria-hidden="true">{t('seen.lateMin', { count })}</span><span className="sr">{t('seen.lateBy', { count })}</span></button>)}
        {behind > 0 && <button type="button" onClick={() => tell.mutate(0)}><span aria-hidden="true">{t('seen.onTime')}</span><span className="sr">{t('seen.onTimeSay')}</span></button>}
      </div>
      {tell.data && <Said>{tell.data.told > 0 ? t('seen.lateTold', { count: tell.data.told }) : t('seen.lateNone')}</Said>}
      {tell.error && <ErrorSummary errors={[{ message: text(tell.error) }]} />}
    </section>
  )
}
