import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Chart, Page, Problem } from '../api/types'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'

interface Launchable { id: string; name: string }
type Answer<T> = { responses: { 200: { content: { 'application/json': T } }; default: { content: { 'application/problem+json': Problem } } } }
type InChart = { parameters: { path: { patient: string } } }
interface Paths { '/charts/{patient}/launches': { get: Answer<Page<Launchable>> & InChart; post: Answer<{ url: string }> & InChart & { requestBody: { content: { 'application/json': { app: string } } } } } }
const api = client as unknown as Client<Paths>

export const startsQuery = (patient: string) =>
  queryOptions({ queryKey: [...chartKey(patient), 'launches'], queryFn: () => take(api.GET('/charts/{patient}/launches', { params: { path: { patient } } })), retry: false })

/** Who works with the record starts apps from it; not who opened it in an emergency. */
export const mayStart = (chart: Chart | undefined): boolean => chart?.view.relation === 'care-team' || chart?.view.relation === 'clinic-staff'

/** Starts an app of others about this patient (SMART App Launch 2.2, section 2.0.4). Where there is none, there is no button. */
export function StartApp({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const [open, setOpen] = useState(false)
  const [blocked, setBlocked] = useState(false)
  const apps = useQuery(startsQuery(patient)).data?.items ?? []
  const start = useMutation({
    mutationFn: async (app: string) => {
      // Opened with the press itself, or the browser keeps it closed. The app gets no hand on this window.
      const there = window.open('', '_blank')
      setBlocked(!there)
      if (!there) return
      there.opener = null
      try {
        const { url } = await take(api.POST('/charts/{patient}/launches', { params: { path: { patient } }, body: { app } }))
        there.location.replace(url)
      } catch (error) {
        there.close()
        throw error
      }
    },
  })
  const [only] = apps
  if (!only) return null
  const press = (id: string) => {
    setOpen(false)
    if (!start.isPending) start.mutate(id)
  }
  return (
    <>
      {apps.length === 1 ? <Button variant="default" icon="app" title={t('starts.hint')} loading={start.isPending} onClick={() => press(only.id)}>{t('starts.one', { app: only.name })}</Button>
        : <Button variant="default" icon="app" title={t('starts.hint')} aria-expanded={open} loading={start.isPending} onClick={() => setOpen(!open)}>{t('starts.many')}</Button>}
      {open && (
        <div role="group" aria-label={t('starts.list')} className={css.startList}>
          {apps.map((app) => <Button key={app.id} variant="subtle" onClick={() => press(app.id)}>{t('starts.one', { app: app.name })}</Button>)}
        </div>
      )}
      {blocked && <p role="alert" className={css.startError}>{t('starts.blocked')}</p>}
      {start.error && <p role="alert" className={css.startError}>{text(start.error)}</p>}
    </>
  )
}
