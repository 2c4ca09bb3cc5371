import { Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, glassKey } from './calls'
import css from './care.module.css'
import { Field } from './Field'

const shortest = 10

/** Says what opening a record in an emergency means, and asks why. */
export function GlassDialog({ patient, name, opened, onClose }: { patient: string; name?: string; opened: boolean; onClose: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const stepUp = useStepUp()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const go = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/glass', { params: { path: { patient } }, body: { reason: reason.trim() } }))),
    onSuccess: async (done) => {
      if (done === 'cancelled') return
      onClose()
      setReason('')
      await Promise.all([queries.invalidateQueries({ queryKey: glassKey }), queries.invalidateQueries({ queryKey: chartKey(patient) })])
      void navigate({ to: '/clinic/p/$patient', params: { patient } })
    },
  })
  const close = () => {
    go.reset()
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const short = reason.trim().length < shortest
    setMissing(short)
    if (!short) go.mutate()
  }
  return (
    <Modal opened={opened} onClose={close} title={name ? t('care.glassTitle', { name }) : t('care.glassAgain')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className={css.form} onSubmit={submit} noValidate>
        {go.error && <ErrorSummary errors={[{ message: text(go.error) }]} />}
        <p>{t('care.glassText')}</p>
        <Field label={t('care.reason')} hint={t('care.reasonHint')} error={missing ? t('care.reasonMissing') : undefined}>
          {(ids) => <textarea {...ids} value={reason} maxLength={500} data-autofocus onChange={(event) => setReason(event.target.value)} />}
        </Field>
        <div className={css.acts}>
          <Button type="submit" icon="key" loading={go.isPending}>{t('care.glassGo')}</Button>
          <Button variant="default" onClick={close}>{t('care.cancel')}</Button>
        </div>
      </form>
      {stepUp.dialog}
    </Modal>
  )
}
