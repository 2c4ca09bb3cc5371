import { Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api/client'
import type { ConnectedApp } from '../api/types'
import { groupsOf, withTicks } from '../consent/groups'
import { LineGroup } from '../consent/LineGroup'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './connected.module.css'
import { appsQuery } from './queries'

interface NarrowProps { app: ConnectedApp; opened: boolean; onClose: () => void; onNarrowed: () => void }

/** Single things are taken away from an app, which goes on with the rest. */
export function NarrowDialog({ app, opened, onClose, onNarrowed }: NarrowProps) {
  const { t } = useWords()
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={t('connected.list.lessTitle', { app: app.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      {opened && <Choices app={app} onClose={onClose} onNarrowed={onNarrowed} />}
    </Modal>
  )
}

function Choices({ app, onClose, onNarrowed }: Omit<NarrowProps, 'opened'>) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [ticked, setTicked] = useState(() => new Set(app.lines.map(({ id }) => id)))
  const [wrong, setWrong] = useState<FieldError[]>([])
  const narrow = useMutation({
    mutationFn: () => take(api.PATCH('/me/apps/{id}', { params: { path: { id: app.id } }, body: { lines: [...ticked] } })),
    onSuccess: () => {
      onNarrowed()
      onClose()
      void queries.invalidateQueries({ queryKey: appsQuery.queryKey })
    },
    onError: (error) => setWrong([{ message: text(error) }]),
  })
  const save = () => {
    const data = app.lines.filter(({ level }) => level)
    const missing: FieldError[] = []
    if (ticked.size === app.lines.length) missing.push({ field: 'line-0', message: t('connected.list.lessSame') })
    else if (data.length > 0 && !data.some(({ id }) => ticked.has(id))) missing.push({ field: 'line-0', message: t('connected.list.lessAll') })
    setWrong(missing)
    if (missing.length === 0) narrow.mutate()
  }
  return (
    <div className={css.less}>
      <ErrorSummary errors={wrong} />
      <p>{t('connected.list.lessText', { app: app.name })}</p>
      {groupsOf(app.lines, t).map((group, at) => <LineGroup key={group.title} {...group} first={at === 0} ticked={ticked} onTick={(ids, on) => setTicked((was) => withTicks(was, ids, on))} />)}
      <div className={css.dialogButtons}>
        <Button loading={narrow.isPending} onClick={save}>{t('connected.list.lessGo')}</Button>
        <Button variant="default" onClick={onClose}>{t('connected.list.lessKeep')}</Button>
      </div>
    </div>
  )
}
