import { PasswordInput, TextInput } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { createFirstAdmin } from '../api/auth'
import type { SignInStep } from '../api/types'
import { usePageTitle } from '../shell/title'
import { Enrollment } from '../account/Enrollment'
import { AnchorButton, Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { SignInFrame } from './SignInFrame'
import css from './signin.module.css'

const shortest = 12

/** Reached once, by the link that the first start prints: the account that can make all others. */
export function FirstAdminPage() {
  const { t } = useWords()
  const text = useErrorText()
  const { token } = useSearch({ from: '/first-admin' })
  usePageTitle(t('signIn.page'))
  const [form, setForm] = useState({ name: '', email: '', password: '' })
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const [made, setMade] = useState<SignInStep | undefined>()
  const set = (field: keyof typeof form) => (event: { target: { value: string } }) => setForm((before) => ({ ...before, [field]: event.target.value }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (!form.name.trim()) missing.push({ field: 'first-name', message: t('signIn.needName') })
    if (!/^\S+@\S+$/.test(form.email.trim())) missing.push({ field: 'first-email', message: t('signIn.needEmail') })
    if ([...form.password].length < shortest) missing.push({ field: 'first-password', message: t('signIn.needNewPassword') })
    setErrors(missing)
    if (missing.length > 0) return
    setBusy(true)
    try {
      setMade(await createFirstAdmin(token, form.name.trim(), form.email.trim(), form.password))
    } catch (error) {
      setErrors([{ message: text(error) }])
    }
    setBusy(false)
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  if (made) {
    return (
      <SignInFrame title={t('signIn.totpTitle')} lead={t('signIn.totpLead')}>
        {made.totp && (
          <div className={css.form}><Enrollment setup={made.totp} /></div>
        )}
        <AnchorButton wide href={made.next ?? '/'}>{t('signIn.totpDone')}</AnchorButton>
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={t('signIn.firstTitle')} lead={t('signIn.firstLead')}>
      <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        <ErrorSummary errors={errors} />
        <TextInput id="first-name" label={t('signIn.name')} value={form.name} onChange={set('name')} error={errorOf('first-name')} autoComplete="name" maxLength={100} />
        <TextInput id="first-email" type="email" label={t('signIn.email')} value={form.email} onChange={set('email')} error={errorOf('first-email')} autoComplete="username" maxLength={200} />
        <PasswordInput id="first-password" label={t('signIn.newPassword')} description={t('signIn.newPasswordHelp')} value={form.password} onChange={set('password')} error={errorOf('first-password')} autoComplete="new-password" maxLength={200} />
        <Button type="submit" wide loading={busy}>{t('signIn.create')}</Button>
      </form>
    </SignInFrame>
  )
}
