import { useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import type { VisitAct } from './source'
import css from './visit.module.css'

/** What was agreed to can be taken back, on the same page. */
export function StopVideo({ act }: { act: VisitAct }) {
  const { t } = useWords()
  const [asking, setAsking] = useState(false)
  if (!asking) return <Button wide variant="subtle" onClick={() => setAsking(true)}>{t('queue.stop')}</Button>
  return (
    <div className={css.problem} role="alertdialog" aria-label={t('queue.stop')}>
      <p>{t('queue.stopSure')}</p>
      <Button variant="danger" autoFocus loading={act.isPending} onClick={() => act.mutate({ do: 'withdraw' })}>{t('queue.stopGo')}</Button>
      <Button variant="default" onClick={() => setAsking(false)}>{t('queue.stopKeep')}</Button>
    </div>
  )
}
