import { Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type ClinicRequest } from './calls'
import css from './requests.module.css'

/** No, with a reason that the caregiver reads. */
export function RefuseForm({ one, onDone, onClose }: { one: ClinicRequest; onDone: () => void; onClose: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const refuse = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/clinic/access-requests/{id}/refuse', { params: { path: { id: one.id } }, body: { reason: reason.trim() } }))),
    onSuccess: (done) => {
      if (done !== 'cancelled') onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!reason.trim())
    if (reason.trim() && !refuse.isPending) refuse.mutate()
  }
  return (
    <form className={css.step} onSubmit={submit} noValidate>
      {refuse.error && <p role="alert" className={css.error}>{text(refuse.error)}</p>}
      <Textarea label={t('requests.refuseFor')} description={t('requests.refuseHelp')} value={reason} onChange={(event) => setReason(event.target.value)} error={missing ? t('requests.needReason') : undefined} maxLength={500} autosize minRows={2} />
      <div className={css.acts}>
        <Button type="submit" variant="danger" loading={refuse.isPending}>{t('requests.refuseGo')}</Button>
        <Button variant="default" onClick={onClose}>{t('requests.cancel')}</Button>
      </div>
      {stepUp.dialog}
    </form>
  )
}
