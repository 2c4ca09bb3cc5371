import { useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import type { useVisitAct } from '../visits/queries'
import type { Visit } from '../visits/types'
import css from './video.module.css'

const steps = [5, 10, 15, 30]

/** Says to who waits how far behind the day is. */
export function Late({ visit, act }: { visit: Visit; act: ReturnType<typeof useVisitAct> }) {
  return visit.state === 'live' ? null : <SayLate behind={visit.behindMinutes ?? 0} act={act} />
}

/** With a name it is said to them alone. */
export function SayLate({ behind, name, act }: { behind: number; name?: string; act: ReturnType<typeof useVisitAct> }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const tell = (minutes: number) => act.mutate({ do: 'late', minutes }, { onSuccess: () => setOpen(false) })
  return (
    <div className={css.late}>
      {behind > 0 && <p role="status">{name ? t('cockpit.lateToldOne', { name, count: behind }) : t('cockpit.lateTold', { count: behind })}</p>}
      <Button variant="subtle" icon="clock" aria-expanded={open} onClick={() => setOpen(!open)}>{name ? <><span aria-hidden="true">{t('cockpit.late')}</span><span className="sr">{t('cockpit.lateTo', { name })}</span></> : t('cockpit.late')}</Button>
      {open && (
        <div className={css.steps} role="group" aria-label={t('cockpit.lateBy')}>
          {steps.map((count) => <Button key={count} variant="default" onClick={() => tell(count)}>{t('cockpit.lateMinutes', { count })}</Button>)}
          {behind > 0 && <Button variant="subtle" onClick={() => tell(0)}>{t('cockpit.lateNone')}</Button>}
        </div>
      )}
    </div>
  )
}
