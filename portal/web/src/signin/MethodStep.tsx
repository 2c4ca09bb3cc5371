import { PasswordInput, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { beginPasskeySignIn, finishPasskeySignIn, outsideUrl, signInWithPassword } from '../api/auth'
import { ApiError, isNotFound } from '../api/problem'
import type { SignInOptions, SignInStep } from '../api/types'
import { getPasskey, passkeysSupported } from '../api/webauthn'
import { AnchorButton, Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './signin.module.css'

/** The ways in: a passkey first and filled, the e-mail below, other houses last. */
export function MethodStep({ request, options, onStep, onExpired }: { request: string; options: SignInOptions; onStep: (step: SignInStep) => void; onExpired: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [email, setEmail] = useState(options.loginHint?.includes('@') ? options.loginHint : '')
  const [password, setPassword] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState<'' | 'passkey' | 'password'>('')
  const passkey = options.methods.includes('passkey') && passkeysSupported()

  const attempt = async (way: 'passkey' | 'password', act: () => Promise<SignInStep>) => {
    setBusy(way)
    setErrors([])
    try {
      const step = await act()
      if (step.next) {
        window.location.assign(step.next)
        return
      }
      onStep(step)
    } catch (error) {
      if (isNotFound(error)) onExpired()
      const message = error instanceof DOMException ? t('signIn.passkeyRefused') : error instanceof ApiError && error.status === 429 ? t('signIn.tooMany') : text(error)
      setErrors([{ field: way === 'password' ? 'password' : undefined, message }])
      setBusy('')
    }
  }
  const withPasskey = () => void attempt('passkey', async () => finishPasskeySignIn(request, await getPasskey(await beginPasskeySignIn(request))))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (!/^\S+@\S+$/.test(email.trim())) missing.push({ field: 'email', message: t('signIn.needEmail') })
    if (!password) missing.push({ field: 'password', message: t('signIn.needPassword') })
    setErrors(missing)
    if (missing.length === 0) void attempt('password', () => signInWithPassword(request, email.trim(), password))
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <>
      <ErrorSummary errors={errors} />
      {passkey && (
        <div>
          <Button wide icon="key" loading={busy === 'passkey'} onClick={withPasskey}>{t('signIn.passkey')}</Button>
          <p className={css.under} role="status">{busy === 'passkey' ? t('signIn.passkeyWaiting') : t('signIn.passkeyHelp')}</p>
        </div>
      )}
      {options.methods.includes('password') && (
        <form className={css.form} onSubmit={submit} noValidate>
          <h2>{t('signIn.or')}</h2>
          <TextInput id="email" type="email" label={t('signIn.email')} value={email} onChange={(event) => setEmail(event.target.value)} error={errorOf('email')} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={200} />
          <PasswordInput id="password" label={t('signIn.password')} value={password} onChange={(event) => setPassword(event.target.value)} error={errorOf('password')} autoComplete="current-password" maxLength={200} />
          <Button type="submit" wide variant={passkey ? 'default' : 'filled'} loading={busy === 'password'}>{t('signIn.withPassword')}</Button>
          <Link to="/reset" className={css.forgot}>{t('reset.forgot')}</Link>
        </form>
      )}
      {options.issuers && options.issuers.length > 0 && (
        <div className={css.issuers}>
          {options.issuers.map((issuer) => <AnchorButton key={issuer.id} wide variant="default" href={outsideUrl(issuer.id, request)}>{t('signIn.issuer', { name: issuer.name })}</AnchorButton>)}
        </div>
      )}
    </>
  )
}
