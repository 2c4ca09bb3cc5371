import { Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api/client'
import type { AppLine, ConnectedApp } from '../api/types'
import { longDate, moment } from '../format/date'
import { Button } from '../ui/Button'
import { Card, Dot, Tag } from '../ui/Card'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { AppReads } from './AppReads'
import css from './connected.module.css'
import { lineText } from './line'
import { NarrowDialog } from './NarrowDialog'
import { appsQuery } from './queries'

/** One app: for whom, what it may see and change, since when, what it did, and the way to end it. */
export function AppCard({ app, onEnded, onNarrowed }: { app: ConnectedApp; onEnded: () => void; onNarrowed: () => void }) {
  const { t, locale, dayInside, clock } = useWords()
  const [asking, setAsking] = useState(false)
  const [narrowing, setNarrowing] = useState(false)
  const [open, setOpen] = useState(false)
  const data = app.lines.filter((line) => line.level)
  return (
    <Card pad label={app.name}>
      <div className={css.head}>
        <Dot><Icon name="app" /></Dot>
        <div className="grow">
          <h2>{app.name}</h2>
          {(app.own || app.for) && <p className="meta">{app.own ? t('connected.list.own') : t('connected.list.for', { name: app.for ?? '' })}</p>}
        </div>
        {app.offline && <Tag icon={<Icon name="clock" size={16} />}>{t('connected.list.offline')}</Tag>}
      </div>
      <Given title={t('connected.list.sees')} lines={data.filter((line) => !line.write)} />
      <Given title={t('connected.list.changes')} lines={data.filter((line) => line.write)} />
      {data.length === 0 && <p className="dim">{t('connected.list.nothing')}</p>}
      <details className={css.did} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('connected.list.did')}</summary>
        {open && <AppReads id={app.id} name={app.name} />}
      </details>
      <div className={css.foot}>
        <span className="meta grow">
          {t('connected.list.since', { date: longDate(app.since, locale, clock.zone) })}. {t('connected.list.last', { when: moment(app.lastUsedAt, locale, dayInside, clock) })}
        </span>
        {app.lines.length > 1 && <Button variant="default" aria-label={`${t('connected.list.less')}: ${app.name}`} onClick={() => setNarrowing(true)}>{t('connected.list.less')}</Button>}
        <Button variant="quiet-danger" aria-label={`${t('connected.list.end')}: ${app.name}`} onClick={() => setAsking(true)}>{t('connected.list.end')}</Button>
      </div>
      <NarrowDialog app={app} opened={narrowing} onClose={() => setNarrowing(false)} onNarrowed={onNarrowed} />
      <EndDialog app={app} opened={asking} onClose={() => setAsking(false)} onEnded={onEnded} />
    </Card>
  )
}

function Given({ title, lines }: { title: string; lines: AppLine[] }) {
  const words = useWords()
  if (lines.length === 0) return null
  return (
    <div className={css.given}>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line.id}><Icon name={line.write ? 'pen' : 'eye'} size={18} /><span>{lineText(line, words)}{line.level === 'user' && <span className="meta"> ({words.t('connected.list.everywhere')})</span>}</span></li>
        ))}
      </ul>
    </div>
  )
}

/** Stays mounted while closed: a dialog that goes away with its parent cannot give the focus back. */
function EndDialog({ app, opened, onClose, onEnded }: { app: ConnectedApp; opened: boolean; onClose: () => void; onEnded: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: () => take(api.DELETE('/me/apps/{id}', { params: { path: { id: app.id } } })),
    onSuccess: () => {
      onEnded()
      onClose()
      void queries.invalidateQueries({ queryKey: appsQuery.queryKey })
    },
  })
  return (
    <Modal opened={opened} onClose={onClose} title={t('connected.list.endTitle', { app: app.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      {end.error && <ErrorSummary errors={[{ message: text(end.error) }]} />}
      <p>{t('connected.list.endText', { app: app.name })}</p>
      <div className={css.dialogButtons}>
        <Button variant="danger" loading={end.isPending} onClick={() => end.mutate()}>{t('connected.list.endGo')}</Button>
        <Button variant="default" onClick={onClose}>{t('connected.list.keep')}</Button>
      </div>
    </Modal>
  )
}
