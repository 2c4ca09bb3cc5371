import { Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { outQuery, work, type Pool } from './calls'
import css from './inbox.module.css'

/** Says when one is out, and which pool has what comes meanwhile. */
export function OutDialog({ pools, opened, onClose }: { pools: Pool[]; opened: boolean; onClose: () => void }) {
  const { t, locale } = useWords()
  const says = useErrorText()
  const me = useMe().account.id
  const queries = useQueryClient()
  const id = useId()
  const [until, setUntil] = useState('')
  const [pool, setPool] = useState('')
  const mine = (useQuery({ ...outQuery, enabled: opened }).data?.items ?? []).filter(({ account }) => account === me)
  const again = () => queries.invalidateQueries({ queryKey: outQuery.queryKey })
  const go = useMutation({
    mutationFn: () => take(work.POST('/clinic/coverage', { body: { from: new Date().toISOString(), until: new Date(`${until}T23:59`).toISOString(), byPool: pool || (pools[0]?.id ?? '') } })),
    onSuccess: again,
  })
  const back = useMutation({ mutationFn: (which: string) => take(work.DELETE('/clinic/coverage/{id}', { params: { path: { id: which } } })), onSuccess: again })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (until) go.mutate()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('inbox.out')} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className={css.form}>
        {(go.error ?? back.error) && <ErrorSummary errors={[{ message: says(go.error ?? back.error) }]} />}
        {mine.map((one) => (
          <p key={one.id}>{t('inbox.outUntil', { date: longDate(one.until, locale), name: one.byName })} <Button variant="default" loading={back.isPending} onClick={() => back.mutate(one.id)}>{t('inbox.amBack')}</Button></p>
        ))}
        {mine.length === 0 && pools.length === 0 && <p>{t('inbox.noPool')}</p>}
        {mine.length === 0 && pools.length > 0 && (
          <form className={css.form} onSubmit={submit}>
            <p>{t('inbox.outText')}</p>
            <label htmlFor={`${id}-until`}>{t('inbox.lastDay')}</label>
            <input id={`${id}-until`} type="date" required value={until} data-autofocus onChange={(event) => setUntil(event.target.value)} />
            <label htmlFor={`${id}-pool`}>{t('inbox.standsIn')}</label>
            <select id={`${id}-pool`} value={pool || pools[0]?.id} onChange={(event) => setPool(event.target.value)}>{pools.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</select>
            <div className={css.acts}><Button type="submit" loading={go.isPending}>{t('inbox.outGo')}</Button></div>
          </form>
        )}
      </div>
    </Modal>
  )
}
