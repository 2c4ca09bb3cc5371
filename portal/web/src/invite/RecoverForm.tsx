import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api } from './calls'
import css from './invite.module.css'
import { LinkShown } from './LinkShown'

/** A way back in for somebody who stands here and was known. The patient of a chart, or an account by its address. */
export function RecoverForm({ patient }: { patient?: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [email, setEmail] = useState('')
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState<FieldError[]>([])
  const make = useMutation({ mutationFn: () => stepUp.run(() => take(api.POST('/clinic/recoveries', { body: { ...(patient ? { patient } : { email: email.trim() }), reason: reason.trim() } }))) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found: FieldError[] = []
    if (!patient && !/^\S+@\S+$/.test(email.trim())) found.push({ field: 'recover-email', message: t('signIn.needEmail') })
    if (reason.trim().length < 5) found.push({ field: 'recover-reason', message: t('invite.needReason') })
    setMissing(found)
    if (found.length === 0) make.mutate()
  }
  if (make.data && make.data !== 'cancelled') return <LinkShown link={make.data} onDone={() => { setReason(''); setEmail(''); make.reset() }} />
  const errors = missing.length > 0 ? missing : make.error ? [{ message: text(make.error) }] : []
  const errorOf = (field: string) => missing.find((error) => error.field === field)?.message
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <p className="dim">{t('invite.recoverLead')}</p>
      {!patient && <TextInput id="recover-email" type="email" label={t('invite.recoverEmail')} value={email} onChange={(event) => setEmail(event.target.value)} error={errorOf('recover-email')} autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={200} />}
      <TextInput id="recover-reason" label={t('invite.reason')} description={t('invite.reasonHelp')} value={reason} onChange={(event) => setReason(event.target.value)} error={errorOf('recover-reason')} autoComplete="off" maxLength={150} />
      <div className={css.buttons}><Button type="submit" variant="default" loading={make.isPending}>{t('invite.recoverGo')}</Button></div>
      {stepUp.dialog}
    </form>
  )
}
