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

  useEffect(() => {
    watch.current.learn(me.session)
  }, [me.session])

  useEffect(() => {
    let warned = false
    let asking = false
    const tell = (seconds: number | undefined) => {
      warned = seconds !== undefined
      setLeft(seconds)
    }
    const extend = async () => {
      activity.told()
      watch.current.extend(await take(api.POST('/session/extend')))
    }
    // Another tab may have kept the session open: the server is asked once before anything is said.
    const askFirst = async () => {
      asking = true
      await queries.refetchQueries({ queryKey: meQuery.queryKey, exact: true })
      asking = false
      const me = queries.getQueryData(meQuery.queryKey)
      if (me) watch.current.learn(me.session)
      const now = Date.now()
      if (watch.current.phase(now) === 'warn') tell(watch.current.secondsLeft(now))
    }
    const tick = async () => {
      const now = Date.now()
      watch.current.used(activity.lastToldAt())
      const phase = watch.current.phase(now)
      if (phase === 'over') leave('locked')
      else if (phase === 'warn') {
        if (warned) tell(watch.current.secondsLeft(now))
        else if (!asking) await askFirst()
      } else {
        if (warned) tell(undefined)
        if (activity.recent() && now - activity.lastToldAt() > tellEveryMs) await extend().catch(() => undefined)
      }
    }
    const timer = window.setInterval(() => void tick(), 1000)
    return () => window.clearInterval(timer)
  }, [leave, queries])

  const stay = () => {
    activity.told()
    take(api.POST('/session/extend')).then(
      (life) => {
        watch.current.extend(life)
        setLeft(undefined)
      },
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
