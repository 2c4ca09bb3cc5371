import { PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { useStepUp } from './StepUp'

const shortest = 12

export function PasswordCard() {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [open, setOpen] = useState(false)
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [missing, setMissing] = useState<FieldError[]>([])
  const change = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/me/password', { body: { old, new: fresh } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      setOpen(false)
      setOld('')
      setFresh('')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found: FieldError[] = []
    if (!old) found.push({ field: 'password-old', message: t('account.needOld') })
    if ([...fresh].length < shortest) found.push({ field: 'password-new', message: t('account.needNew') })
    setMissing(found)
    if (found.length === 0) change.mutate()
  }
  const errors = missing.length > 0 ? missing : change.error ? [{ field: 'password-old', message: text(change.error) }] : []
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <SectionCard title={t('account.password')}>
      {change.isSuccess && !open && change.data !== 'cancelled' && <Said>{t('account.passwordChanged')}</Said>}
      {!open ? <Button variant="default" onClick={() => setOpen(true)} className={css.under}>{t('account.passwordChange')}</Button> : (
        <form className={css.form} onSubmit={submit} noValidate>
          <ErrorSummary errors={errors} />
          <PasswordInput id="password-old" label={t('account.passwordOld')} value={old} onChange={(event) => setOld(event.target.value)} error={errorOf('password-old')} autoComplete="current-password" maxLength={200} />
          <PasswordInput id="password-new" label={t('account.passwordNew')} description={t('account.passwordLead')} value={fresh} onChange={(event) => setFresh(event.target.value)} error={errorOf('password-new')} autoComplete="new-password" maxLength={200} />
          <div className={css.buttons}>
            <Button type="submit" loading={change.isPending}>{t('account.passwordChange')}</Button>
            <Button variant="subtle" onClick={() => setOpen(false)}>{t('cancel')}</Button>
          </div>
        </form>
      )}
      {stepUp.dialog}
    </SectionCard>
  )
}
