import { PasswordInput, TextInput } from '@mantine/core'
import { useLocation } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { askReset, finishReset, loginUrl } from '../api/auth'
import { usePageTitle } from '../shell/title'
import { SignInFrame } from '../signin/SignInFrame'
import { AnchorButton, Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from '../signin/signin.module.css'

const shortest = 12

/** Without a secret in the address it asks for the link; with one, for the new password. */
export function ResetPage() {
  const { t } = useWords()
  const token = useLocation({ select: (location) => location.hash })
  usePageTitle(t('reset.page'))
  return token ? <Choose key={token} token={token} /> : <Ask />
}

function Ask() {
  const { t } = useWords()
  const text = useErrorText()
  const [email, setEmail] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!/^\S+@\S+$/.test(email.trim())) {
      setErrors([{ field: 'reset-email', message: t('signIn.needEmail') }])
      return
    }
    setBusy(true)
    setErrors([])
    try {
      await askReset(email.trim())
      setSent(true)
    } catch (error) {
      setErrors([{ field: 'reset-email', message: text(error) }])
    }
    setBusy(false)
  }
  if (sent) {
    return (
      <SignInFrame title={t('reset.sentTitle')} lead="">
        <p role="status">{t('reset.sent')}</p>
        <p className="dim">{t('reset.none')}</p>
        <AnchorButton wide variant="default" href={loginUrl('/')}>{t('enter.toSignIn')}</AnchorButton>
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={t('reset.title')} lead={t('reset.lead')}>
      <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <ErrorSummary errors={errors} />
        <TextInput id="reset-email" type="email" label={t('signIn.email')} value={email} onChange={(event) => setEmail(event.target.value)} error={errors[0]?.message} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={200} autoFocus />
        <Button type="submit" wide loading={busy}>{t('reset.send')}</Button>
      </form>
      <AnchorButton variant="subtle" href={loginUrl('/')}>{t('enter.toSignIn')}</AnchorButton>
    </SignInFrame>
  )
}

function Choose({ token }: { token: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const [password, setPassword] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if ([...password].length < shortest) {
      setErrors([{ field: 'reset-password', message: t('signIn.needNewPassword') }])
      return
    }
    setBusy(true)
    setErrors([])
    try {
      await finishReset(token, password)
      setDone(true)
    } catch (error) {
      setErrors([{ field: 'reset-password', message: text(error) }])
    }
    setBusy(false)
  }
  if (done) {
    return (
      <SignInFrame title={t('reset.page')} lead="">
        <Said>{t('reset.done')}</Said>
        <AnchorButton wide href={loginUrl('/')}>{t('enter.toSignIn')}</AnchorButton>
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={t('reset.chooseTitle')} lead={t('reset.chooseLead')}>
      <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <ErrorSummary errors={errors} />
        <PasswordInput id="reset-password" label={t('signIn.newPassword')} description={t('signIn.newPasswordHelp')} value={password} onChange={(event) => setPassword(event.target.value)} error={errors[0]?.message} autoComplete="new-password" maxLength={200} />
        <Button type="submit" wide loading={busy}>{t('reset.save')}</Button>
      </form>
    </SignInFrame>
  )
}
