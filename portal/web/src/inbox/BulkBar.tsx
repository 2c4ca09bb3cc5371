import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { inboxKey } from '../messages/queries'
import type { InboxItem } from '../messages/types'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { priorities, work, type BulkAct, type Pool, type Priority } from './calls'
import css from './inbox.module.css'

/** What is done to all chosen conversations at once; each has its own answer. */
export function BulkBar({ chosen, pools, onDone }: { chosen: InboxItem[]; pools: Pool[]; onDone: (left: string[]) => void }) {
  const { t } = useWords()
  const says = useErrorText()
  const queries = useQueryClient()
  const [failed, setFailed] = useState(0)
  const go = useMutation({
    mutationFn: (act: BulkAct) => take(work.POST('/clinic/inbox/bulk', { body: { ...act, on: chosen.map((item) => ({ patient: item.patient, thread: item.id, ...(item.claimedBy?.account && { from: item.claimedBy.account }) })) } })),
    onSuccess: ({ items }) => {
      const left = items.filter(({ done }) => !done).map(({ thread }) => thread)
      setFailed(left.length)
      onDone(left)
      void queries.invalidateQueries({ queryKey: inboxKey })
    },
  })
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
          {pools.length > 0 && (
            <select aria-label={t('inbox.handTo')} value="" onChange={(event) => go.mutate({ act: 'hand', hand: { pool: event.target.value } })}>
              <option value="">{t('inbox.handTo')}</option>
              {pools.map((pool) => <option key={pool.id} value={pool.id}>{pool.name}</option>)}
            </select>
          )}
        </>
      )}
      {go.error && <p role="alert" className={css.refused}>{says(go.error)}</p>}
    </div>
  )
}
