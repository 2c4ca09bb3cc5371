import { TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { signInWithCode } from '../api/auth'
import { ApiError, isNotFound } from '../api/problem'
import type { SignInStep } from '../api/types'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './signin.module.css'

interface Props { request: string; onStep?: (step: SignInStep) => void; onStartOver: () => void; onExpired: () => void; focus?: boolean; enrolls?: boolean }

/** The second step: the six digits of the code app. Where staff use passkeys only, another one follows. */
export function CodeStep({ request, onStep, onStartOver, onExpired, focus = true, enrolls = false }: Props) {
  const { t } = useWords()
  const text = useErrorText()
  const [code, setCode] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const digits = code.replace(/[\s-]/g, '')
    if (!/^(\d{6}|\w{16})$/.test(digits)) {
      setErrors([{ field: 'code', message: t('signIn.needCode') }])
      return
    }
    setBusy(true)
    setErrors([])
    try {
      const step = await signInWithCode(request, digits)
      if (step.step && onStep) onStep(step)
      else window.location.assign(step.next ?? '/')
    } catch (error) {
      if (isNotFound(error)) onExpired()
      setErrors([{ field: 'code', message: error instanceof ApiError && error.status === 429 ? t('signIn.tooMany') : text(error) }])
      setBusy(false)
    }
  }
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <ErrorSummary errors={errors} />
      <TextInput id="code" label={t('signIn.code')} value={code} onChange={(event) => setCode(event.target.value)} error={errors[0]?.message} description={enrolls ? undefined : t('reset.recoveryHelp')} inputMode={enrolls ? 'numeric' : 'text'} autoCapitalize="characters" autoComplete="one-time-code" maxLength={24} autoFocus={focus} />
      <Button type="submit" wide variant={enrolls ? 'default' : 'filled'} loading={busy}>{t('signIn.codeGo')}</Button>
      <Button variant="subtle" onClick={onStartOver}>{t('signIn.startOver')}</Button>
    </form>
  )
}
