import { useEffect, useState } from 'react'
import { useWords } from '../ui/useWords'
import { clockText } from '../visits/step'
import type { Visit } from '../visits/types'
import css from './cockpit.module.css'

/** How long they have talked. The server counts; between its answers the clock goes on here. */
export function TalkClock({ visit }: { visit: Visit }) {
  const { t } = useWords()
  const [since, setSince] = useState(0)
  const talking = visit.state === 'live' && visit.people.filter((person) => person.state === 'in').length > 1
  useEffect(() => {
    const from = Date.now()
    setSince(0)
    if (!talking) return undefined
    const timer = window.setInterval(() => setSince((Date.now() - from) / 1000), 1000)
    return () => window.clearInterval(timer)
  }, [talking, visit.talkSeconds, visit.now])
  if (visit.state === 'scheduled' || visit.state === 'waiting') return <p className={css.clock}>{t('cockpit.notStarted')}</p>
  return <p className={css.clock} role="timer" aria-label={t('cockpit.talk')}>{clockText(visit.talkSeconds + since)}</p>
}
