import { Modal } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { Button } from '../ui/Button'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import type { Hand, People } from './calls'
import css from './inbox.module.css'

interface Props { title: string; people: UseQueryResult<People>; opened: boolean; busy: boolean; error: unknown; onClose: () => void; onHand: (hand: Hand) => void }

/** To whom a conversation goes next: somebody of the team or a pool, with a word to them. */
export function HandDialog({ title, people, opened, busy, error, onClose, onHand }: Props) {
  const { t } = useWords()
  const says = useErrorText()
  const id = useId()
  const [to, setTo] = useState('')
  const [note, setNote] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const [kind, key = ''] = to.split(':')
    if (key) onHand({ ...(kind === 'pool' ? { pool: key } : { account: key }), ...(note.trim() && { note: note.trim() }) })
  }
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className={css.form} onSubmit={submit}>
        {error ? <ErrorSummary errors={[{ message: says(error) }]} /> : null}
        {people.error ? <LoadError error={people.error} onRetry={() => void people.refetch()} /> : !people.data ? <Skeleton heights={[44, 88]} /> : people.data.people.length + people.data.pools.length === 0 ? <p>{t('inbox.nobodyForAll')}</p> : (
          <>
            <label htmlFor={`${id}-to`}>{t('inbox.handTo')}</label>
            <select id={`${id}-to`} value={to} required data-autofocus onChange={(event) => setTo(event.target.value)}>
              <option value="">{t('inbox.choose')}</option>
              <optgroup label={t('inbox.people')}>
                {people.data.people.map((one) => <option key={one.account} value={`account:${one.account}`}>{one.me ? t('inbox.myself', { name: one.name }) : one.out ? t('inbox.isOut', { name: one.name }) : one.name}</option>)}
              </optgroup>
              <optgroup label={t('inbox.pools')}>{people.data.pools.map((pool) => <option key={pool.id} value={`pool:${pool.id}`}>{pool.name}</option>)}</optgroup>
            </select>
            <label htmlFor={`${id}-note`}>{t('inbox.note')}</label>
            <p className="dim small" id={`${id}-hint`}>{t('inbox.noteHint')}</p>
            <textarea id={`${id}-note`} rows={2} maxLength={500} value={note} aria-describedby={`${id}-hint`} onChange={(event) => setNote(event.target.value)} />
          </>
        )}
        <div className={css.acts}>
          {people.data && people.data.people.length + people.data.pools.length > 0 && <Button type="submit" icon="share" loading={busy}>{t('inbox.handGo')}</Button>}
          <Button variant="subtle" onClick={onClose}>{t('cancel')}</Button>
        </div>
      </form>
    </Modal>
  )
}
