import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { useKeys } from '../clinic/keys'
import { inboxKey } from '../messages/queries'
import type { InboxItem } from '../messages/types'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { peopleOfAllQuery, priorities, work, type BulkAct, type Priority } from './calls'
import { HandDialog } from './HandDialog'
import css from './inbox.module.css'

/** What is done to all chosen conversations at once; each has its own answer. */
export function BulkBar({ chosen, alone, onDone }: { chosen: InboxItem[]; /** No conversation is open, whose keys come first. */ alone: boolean; onDone: (left: string[]) => void }) {
  const { t } = useWords()
  const says = useErrorText()
  const queries = useQueryClient()
  const [failed, setFailed] = useState(0)
  const [handing, setHanding] = useState(false)
  const patients = [...new Set(chosen.map((item) => item.patient))].sort()
  const people = useQuery({ ...peopleOfAllQuery(patients), enabled: handing && patients.length > 0 })
  const go = useMutation({
    mutationFn: (act: BulkAct) => take(work.POST('/clinic/inbox/bulk', { body: { ...act, on: chosen.map((item) => ({ patient: item.patient, thread: item.id, ...(item.claimedBy?.account && { from: item.claimedBy.account }) })) } })),
    onSuccess: ({ items }) => {
      const left = items.filter(({ done }) => !done).map(({ thread }) => thread)
      setFailed(left.length)
      setHanding(false)
      onDone(left)
      void queries.invalidateQueries({ queryKey: inboxKey })
    },
  })
  useKeys(alone && chosen.length > 0 ? { h: () => setHanding(true) } : {})
  if (chosen.length === 0 && failed === 0) return null
  return (
    <div className={css.bulk} role="group" aria-label={t('inbox.bulk')}>
      <span role="status">{chosen.length > 0 && t('inbox.chosen', { count: chosen.length })}{failed > 0 && ` ${t('inbox.notDone', { count: failed })}`}</span>
      {chosen.length > 0 && (
        <>
          <Button variant="default" loading={go.isPending} onClick={() => go.mutate({ act: 'claim' })}>{t('inbox.claim')}</Button>
          <Button variant="default" loading={go.isPending} onClick={() => go.mutate({ act: 'close' })}>{t('inbox.done')}</Button>
          <select aria-label={t('inbox.priority')} value="" onChange={(event) => go.mutate({ act: 'priority', priority: event.target.value as Priority })}>
            <option value="">{t('inbox.priority')}</option>
            {priorities.map((one) => <option key={one} value={one}>{t(`inbox.priorities.${one}`)}</option>)}
          </select>
          <Button variant="default" icon="share" onClick={() => setHanding(true)}>{t('inbox.hand')}</Button>
        </>
      )}
      {go.error && !handing && <p role="alert" className={css.refused}>{says(go.error)}</p>}
      <HandDialog title={t('inbox.handSome', { count: chosen.length })} people={people} opened={handing} busy={go.isPending} error={go.error} onClose={() => { go.reset(); setHanding(false) }} onHand={(hand) => go.mutate({ act: 'hand', hand })} />
    </div>
  )
}
