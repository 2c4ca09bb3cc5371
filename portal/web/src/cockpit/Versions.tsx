import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { moment } from '../format/date'
import { Button } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, of } from '../visits/calls'
import { visitKey } from '../visits/queries'
import type { NoteBody } from '../visits/types'
import css from './plan.module.css'

const parts = ['subjective', 'objective', 'assessment', 'plan', 'summary', 'callIf', 'followUp'] as const

/** What the note was before: to be looked at, and to be brought back. */
export function Versions({ patient, visit, version, onBack }: { patient: string; visit: string; version: number; onBack?: (body: NoteBody) => void }) {
  const { t, locale, day, clock } = useWords()
  const [chosen, setChosen] = useState<number>()
  const list = useQuery({ queryKey: [...visitKey(patient, visit), 'versions', version], queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/note/versions', of(patient, visit))) })
  const one = useQuery({
    queryKey: [...visitKey(patient, visit), 'version', chosen], enabled: chosen !== undefined, staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/note/versions/{version}', { params: { path: { patient, id: visit, version: chosen! } } })),
  })
  if (list.error) return <LoadError error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton heights={[40, 40]} />
  const when = (at: string) => moment(at, locale, day, clock)
  const older = list.data.items.filter((item) => item.version !== version)
  const { body } = one.data ?? {}
  return (
    <section className={css.versions} aria-label={t('plan.versions')}>
      {older.length === 0 && <p className="dim">{t('plan.versionsNone')}</p>}
      <ul>
        {older.map((item) => (
          <li key={item.version}>
            <span className="grow">{t('plan.versionOf', { when: when(item.at), name: item.by })}</span>
            <button type="button" className={css.bare} aria-pressed={chosen === item.version} onClick={() => setChosen(chosen === item.version ? undefined : item.version)}>{t('plan.look')}</button>
          </li>
        ))}
      </ul>
      {one.error && <LoadError error={one.error} onRetry={() => void one.refetch()} />}
      {chosen !== undefined && one.data && body && (
        <div className={css.older}>
          <h3>{t('plan.lookAt', { when: when(one.data.at) })}</h3>
          {parts.filter((part) => body[part].trim()).map((part) => <p key={part}>{body[part]}</p>)}
          {body.instructions.length > 0 && <p>{body.instructions.join('\n')}</p>}
          {parts.every((part) => !body[part].trim()) && body.instructions.length === 0 && <p className="dim">{t('plan.empty')}</p>}
          {onBack && <Button variant="default" onClick={() => { onBack(body); setChosen(undefined) }}>{t('plan.bringBack')}</Button>}
        </div>
      )}
    </section>
  )
}
