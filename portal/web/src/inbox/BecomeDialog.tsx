import { Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useRef, useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { kinds, work, type MadeKind } from './calls'
import css from './inbox.module.css'

/** Makes something of a conversation. The id stays the same until it arrived: pressed twice, it is there once. */
export function BecomeDialog({ patient, thread, text, opened, onClose }: { patient: string; thread: string; text: string; opened: boolean; onClose: () => void }) {
  const { t } = useWords()
  const says = useErrorText()
  const queries = useQueryClient()
  const field = useId()
  const id = useRef(crypto.randomUUID())
  const [kind, setKind] = useState<MadeKind>('task')
  const [words, setWords] = useState(text)
  const make = useMutation({
    mutationFn: () => take(work.POST('/clinic/inbox/{patient}/{thread}/become', { params: { path: { patient, thread } }, body: { id: id.current, kind, text: words.trim() } })),
    onSuccess: () => {
      id.current = crypto.randomUUID()
      void queries.invalidateQueries({ queryKey: chartKey(patient) })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (words.trim()) make.mutate()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('inbox.becomeTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className={css.form} onSubmit={submit}>
        {make.error && <ErrorSummary errors={[{ message: says(make.error) }]} />}
        <label htmlFor={`${field}-kind`}>{t('inbox.becomeWhat')}</label>
        <select id={`${field}-kind`} value={kind} data-autofocus onChange={(event) => { setKind(event.target.value as MadeKind); id.current = crypto.randomUUID() }}>
          {kinds.map((one) => <option key={one} value={one}>{t(`inbox.made.${one}`)}</option>)}
        </select>
        <label htmlFor={`${field}-text`}>{t('inbox.becomeText')}</label>
        <textarea id={`${field}-text`} rows={4} maxLength={10000} required value={words} onChange={(event) => { setWords(event.target.value); id.current = crypto.randomUUID() }} />
        <div className={css.acts}>
          <Button type="submit" icon="done" loading={make.isPending}>{t('inbox.becomeGo')}</Button>
          <Button variant="subtle" onClick={onClose}>{t('cancel')}</Button>
        </div>
      </form>
    </Modal>
  )
}
