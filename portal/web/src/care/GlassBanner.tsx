import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { loadWords } from '../i18n'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { api, glassKey, glassQuery, type OpenGlass } from './calls'
import css from './care.module.css'
import { GlassDialog } from './GlassDialog'

/** Over every page of a chart that is open in an emergency: that it is, for how long, and the way out. */
export default function GlassBanner() {
  const path = useLocation({ select: ({ pathname }) => pathname })
  const { data } = useQuery(glassQuery)
  const [ready, setReady] = useState(false)
  const here = data?.items.find(({ patient }) => path.includes(patient))
  useEffect(() => {
    if (here) void loadWords('care').then(() => setReady(true))
  }, [here])
  return here && ready ? <Banner key={here.until} glass={here} /> : null
}

function Banner({ glass }: { glass: OpenGlass }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { patient } = glass
  const [minutes, setMinutes] = useState(Math.ceil(glass.seconds / 60))
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    // By the server's count, whatever the clock of this machine says.
    const end = performance.now() + glass.seconds * 1000
    const timer = window.setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 60_000)
      setMinutes(Math.max(left, 0))
      if (left <= 0) {
        window.clearInterval(timer)
        void queries.invalidateQueries({ queryKey: chartKey(patient) })
        void queries.invalidateQueries({ queryKey: glassKey })
      }
    }, 1000)
    return () => window.clearInterval(timer)
  }, [glass.seconds, patient, queries])
  const end = useMutation({
    mutationFn: () => take(api.DELETE('/charts/{patient}/glass', { params: { path: { patient } } })),
    onSuccess: async () => {
      await navigate({ to: '/clinic' })
      queries.removeQueries({ queryKey: chartKey(patient) })
      await queries.invalidateQueries({ queryKey: glassKey })
    },
  })
  return (
    <section className={css.glass} aria-label={t('care.emergency')}>
      <Icon name="key" size={20} />
      <p><b>{t('care.emergency')}</b> <span className={css.left}>{t('care.left', { count: minutes })}</span> <span className="dim">{t('care.readOnly')}</span></p>
      {end.error && <p role="alert" className={css.error}>{text(end.error)}</p>}
      <Button variant="default" onClick={() => setAsking(true)}>{t('care.extend')}</Button>
      <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>{t('care.endNow')}</Button>
      <GlassDialog patient={patient} opened={asking} onClose={() => setAsking(false)} />
    </section>
  )
}
