import { PasswordInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { beginLinkPasskey, finishLink, loginUrl, type Entrance, type Guest } from '../api/auth'
import { ApiError } from '../api/problem'
import type { SignInStep } from '../api/types'
import { createPasskey, passkeysSupported } from '../api/webauthn'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from '../signin/signin.module.css'
import { keepLink } from './kept'

const shortest = 12

/** How somebody signs in from now on: a passkey first and filled, a password below. */
export function ChooseStep({ token, entrance, guest, onShut }: { token: string; entrance: Entrance; guest: Guest; onShut: (dead: boolean) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState<'' | 'passkey' | 'password'>('')
  const passkey = guest.passkeys && passkeysSupported()
  const attempt = async (way: 'passkey' | 'password', act: () => Promise<SignInStep>) => {
    setBusy(way)
    setErrors([])
    try {
      const { next } = await act()
      window.location.assign(next ?? '/')
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) onShut(error.code === 'link_dead')
      setErrors([{ field: way === 'password' ? 'new-password' : undefined, message: error instanceof DOMException ? t('enter.passkeyRefused') : text(error) }])
      setBusy('')
    }
  }
  const withPasskey = () => void attempt('passkey', async () => finishLink(token, { credential: await createPasskey(await beginLinkPasskey(token)) }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (!guest.email && !/^\S+@\S+$/.test(email.trim())) missing.push({ field: 'new-email', message: t('signIn.needEmail') })
    if ([...password].length < shortest) missing.push({ field: 'new-password', message: t('signIn.needNewPassword') })
    setErrors(missing)
    if (missing.length === 0) void attempt('password', () => finishLink(token, { password, ...(!guest.email && { email: email.trim() }) }))
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const signInFirst = () => {
    keepLink(token)
    window.location.assign(loginUrl('/invitation'))
  }
  return (
    <>
      <ErrorSummary errors={errors} />
      {passkey && (
        <div>
          <Button wide icon="key" loading={busy === 'passkey'} onClick={withPasskey}>{t('enter.passkey')}</Button>
          <p className={css.under} role="status">{busy === 'passkey' ? t('enter.passkeyWaiting') : t('enter.passkeyHelp')}</p>
        </div>
      )}
      <form className={css.form} onSubmit={submit} noValidate>
        <h2>{t(entrance.staff ? 'enter.staffOr' : 'enter.or')}</h2>
        {entrance.staff && <p className="dim">{t('enter.staffHelp')}</p>}
        {guest.email ? <input type="email" value={guest.email} autoComplete="username" readOnly hidden />
          : <TextInput id="new-email" type="email" label={t('signIn.email')} value={email} onChange={(event) => setEmail(event.target.value)} error={errorOf('new-email')} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={200} />}
        <PasswordInput id="new-password" label={t('signIn.newPassword')} description={t('signIn.newPasswordHelp')} value={password} onChange={(event) => setPassword(event.target.value)} error={errorOf('new-password')} autoComplete="new-password" maxLength={200} />
        <Button type="submit" wide variant={passkey ? 'default' : 'filled'} loading={busy === 'password'}>{t('enter.withPassword')}</Button>
      </form>
      {entrance.purpose === 'invitation' && !entrance.staff && <Button variant="subtle" onClick={signInFirst}>{t('enter.mine')}</Button>}
    </>
  )
}
