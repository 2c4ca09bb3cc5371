import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { activity } from '../api/activity'
import { api, take } from '../api/client'
import { meQuery } from '../api/queries'
import { useShell } from './context'
import { SessionWatch } from './session'
import { useMe } from './useMe'

// Loaded when it is needed, which for most readers is never.
const TimeoutDialog = lazy(() => import('./TimeoutDialog'))

// A reader who only scrolls makes no requests; the server is told of them at most this often.
const tellEveryMs = 60_000

/** Warns before the server ends an idle session, and locks the page when it did. */
export function SessionGuard() {
  const { leave } = useShell()
  const me = useMe()
  const queries = useQueryClient()
  const watch = useRef(new SessionWatch())
  const [left, setLeft] = useState<number | undefined>(undefined)
  const asking = useRef(false)

  useEffect(() => {
    watch.current.learn(me.session)
    setLeft(undefined)
  }, [me.session])

  useEffect(() => {
    const extend = async () => {
      activity.told()
      watch.current.extend(await take(api.POST('/session/extend')))
    }
    const tick = async () => {
      const now = Date.now()
      watch.current.used(activity.lastToldAt())
      const phase = watch.current.phase(now)
      if (phase === 'over') {
        leave('locked')
        return
      }
      if (phase === 'fine') {
        setLeft(undefined)
        if (activity.recent() && now - activity.lastToldAt() > tellEveryMs) await extend().catch(() => undefined)
        return
      }
      setLeft((shown) => {
        // Another tab may have kept the session open: ask once before saying anything.
        if (shown === undefined && !asking.current) {
          asking.current = true
          void queries.refetchQueries({ queryKey: meQuery.queryKey, exact: true }).finally(() => {
            asking.current = false
            const after = Date.now()
            if (watch.current.phase(after) === 'warn') setLeft(watch.current.secondsLeft(after))
          })
          return undefined
        }
        return shown === undefined ? undefined : watch.current.secondsLeft(now)
      })
    }
    const timer = window.setInterval(() => void tick(), 1000)
    return () => window.clearInterval(timer)
  }, [leave, queries])

  const stay = () => {
    setLeft(undefined)
    activity.told()
    take(api.POST('/session/extend')).then(
      (life) => watch.current.extend(life),
      () => leave('locked'),
    )
  }
  if (left === undefined) return null
  return (
    <Suspense fallback={null}>
      <TimeoutDialog left={left} canStay={watch.current.canExtend(Date.now())} onStay={stay} onLeave={() => leave('signedOut')} />
    </Suspense>
  )
}
