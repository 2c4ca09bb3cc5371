import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useLiveState, useUpdateCount } from './context'
import { onUpdateReady, takeUpdate } from './worker'
import css from './banners.module.css'

// A blink of the network is not worth a word.
const patienceMs = 3000
const newsMs = 4000

const online = {
  subscribe(listener: () => void) {
    window.addEventListener('online', listener)
    window.addEventListener('offline', listener)
    return () => {
      window.removeEventListener('online', listener)
      window.removeEventListener('offline', listener)
    }
  },
  current: () => navigator.onLine,
}

function useLost(): boolean {
  const state = useLiveState()
  const [lost, setLost] = useState(false)
  useEffect(() => {
    if (state === 'open' || state === 'idle' || state === 'asked') {
      setLost(false)
      return undefined
    }
    const timer = window.setTimeout(() => setLost(true), patienceMs)
    return () => window.clearTimeout(timer)
  }, [state])
  return lost
}

/** Quiet lines over the page: offline, connection lost, a new version. Never red: nothing is in danger. */
export function Banners() {
  const { t } = useTranslation()
  const isOnline = useSyncExternalStore(online.subscribe, online.current)
  const lost = useLost()
  const updates = useUpdateCount()
  const [update, setUpdate] = useState(false)
  const [news, setNews] = useState('')
  const seen = useRef({ updates, lost })
  useEffect(() => onUpdateReady(() => setUpdate(true)), [])
  useEffect(() => {
    const before = seen.current
    seen.current = { updates, lost }
    if (before.lost && !lost) setNews(t('shell.back'))
    else if (updates > before.updates) setNews(t('shell.updated'))
    else return undefined
    const timer = window.setTimeout(() => setNews(''), newsMs)
    return () => window.clearTimeout(timer)
  }, [updates, lost, t])
  return (
    <div className={`${css.banners} no-print`}>
      <div role="status" aria-live="polite">
        {!isOnline ? (
          <p className={css.line}><Icon name="cloudOff" size={20} />{t('shell.offline')}</p>
        ) : lost ? (
          <p className={css.line}><Icon name="cloudOff" size={20} />{t('shell.lost')}</p>
        ) : null}
        <span className="sr">{news}</span>
      </div>
      {update && (
        <div className={css.line}>
          <Icon name="refresh" size={20} />
          <span className="grow">{t('shell.update')}</span>
          <Button variant="subtle" onClick={takeUpdate}>{t('shell.updateNow')}</Button>
        </div>
      )}
    </div>
  )
}
