import { NativeSelect } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { api } from '../booking/calls'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import type { LateOf } from './late'
import css from './today.module.css'

const steps = [5, 10, 15, 30]

/** One press tells all who wait for a clinician, and who comes soon, how late the day is: for oneself, or for who has no hand free. */
export function LateDay({ days }: { days: LateOf[] }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [chosen, choose] = useState<string>()
  const tell = useMutation({
    mutationFn: ({ minutes, id }: { minutes: number; id: string }) => take(api.POST('/clinic/day/late', { body: { minutes, ...(id && { practitioner: id }) } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['clinic', 'day'] }),
  })
  const of = days.find(({ id }) => id === chosen) ?? days[0]
  if (!of) return null
  const { id, name, behind } = of
  const pick = (next: string) => {
    tell.reset()
    choose(next)
  }
  return (
    <section aria-label={t('seen.late')} className={css.lateDay}>
      <p className={css.lateHead}><b>{days.length === 1 && name ? t('seen.lateOf', { name }) : t('seen.late')}</b>{behind > 0 && <span>{t('seen.lateNow', { count: behind })}</span>}</p>
      {days.length > 1 && (
        <NativeSelect label={t('seen.lateWhose')} value={id} onChange={(event) => pick(event.target.value)}>
          {days.map((one) => <option key={one.id} value={one.id}>{one.name || t('seen.lateMine')}</option>)}
        </NativeSelect>
      )}
      <div className={css.chips}>
        {steps.map((count) => (
          <button key={count} type="button" aria-pressed={behind === count} onClick={() => tell.mutate({ minutes: count, id })}>
            <span aria-hidden="true">{t('seen.lateMin', { count })}</span><span className="sr">{[name, t('seen.lateBy', { count })].filter(Boolean).join(': ')}</span>
          </button>
        ))}
        {behind > 0 && <button type="button" onClick={() => tell.mutate({ minutes: 0, id })}><span aria-hidden="true">{t('seen.onTime')}</span><span className="sr">{[name, t('seen.onTimeSay')].filter(Boolean).join(': ')}</span></button>}
      </div>
      {tell.data && <Said>{tell.data.told > 0 ? t('seen.lateTold', { count: tell.data.told }) : t('seen.lateNone')}</Said>}
      {tell.error && <ErrorSummary errors={[{ message: text(tell.error) }]} />}
    </section>
  )
}
