import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { take } from '../api/client'
import type { DayItem } from '../booking/types'
import { api as groups, of as ofGroup } from '../groups/calls'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, of } from '../visits/calls'
import css from './today.module.css'

/** Says of a visit of the day that the patient did not come, or takes that back. That of a group is said through it. */
export function useDidNotCome(item: DayItem, onDone: () => void) {
  const queries = useQueryClient()
  return useMutation<unknown, Error, boolean>({
    mutationFn: (missed) => (item.group?.id ? take(groups.POST('/clinic/groups/{id}/missed', { ...ofGroup(item.group.id), body: { visits: [item.id], missed } })) : take(api.POST('/charts/{patient}/visits/{id}/missed', { ...of(item.patient, item.id), body: { missed } }))),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['clinic', 'day'] }),
  })
}

/** Asks in place: it goes into their record, and they are told. */
export function SureMissed({ item, time, onKeep, onDone }: { item: DayItem; time: string; onKeep: () => void; onDone: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const yes = useRef<HTMLButtonElement>(null)
  useEffect(() => yes.current?.focus(), [])
  const say = useDidNotCome(item, onDone)
  const asks = t('day.missed.sure', { name: item.patientName, time })
  return (
    <div className={`${css.sure} ${css.missed}`} role="group" aria-label={asks} onKeyDown={(event) => { if (event.key === 'Escape') onKeep() }}>
      {say.error && <ErrorSummary errors={[{ message: text(say.error) }]} />}
      <p className="grow"><b>{asks}</b> {t('day.missed.text')}</p>
      <Button ref={yes} loading={say.isPending} onClick={() => say.mutate(true)}>{t('day.missed.go')}</Button>
      <Button variant="default" onClick={onKeep}>{t('day.missed.keep')}</Button>
    </div>
  )
}
