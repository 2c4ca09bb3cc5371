import { TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { signInWithCode } from '../api/auth'
import { ApiError, isNotFound } from '../api/problem'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './signin.module.css'

/** A recovery code in the place of a passkey that is not at hand. */
export function RecoveryStep({ request, onStartOver, onExpired }: { request: string; onStartOver: () => void; onExpired: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [code, setCode] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const plain = code.replace(/[\s-]/g, '')
    if (plain.length !== 16) {
      setErrors([{ field: 'recovery', message: t('reset.needRecovery') }])
      return
    }
    setBusy(true)
    setErrors([])
    try {
      const { next } = await signInWithCode(request, plain)
      window.location.assign(next ?? '/')
    } catch (error) {
      if (isNotFound(error)) onExpired()
      setErrors([{ field: 'recovery', message: error instanceof ApiError && error.status === 429 ? t('signIn.tooMany') : text(error) }])
      setBusy(false)
    }
  }
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <ErrorSummary errors={errors} />
      <TextInput id="recovery" label={t('reset.recoveryCode')} value={code} onChange={(event) => setCode(event.target.value)} error={errors[0]?.message} autoCapitalize="characters" autoComplete="off" spellCheck={false} maxLength={24} autoFocus />
      <Button type="submit" wide loading={busy}>{t('signIn.codeGo')}</Button>
      <Button variant="subtle" onClick={onStartOver}>{t('signIn.startOver')}</Button>
    </form>
  )
}
