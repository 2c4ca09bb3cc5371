import { Modal, PasswordInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState, type FormEvent, type ReactNode } from 'react'
import { api, take } from '../api/client'
import { needsStepUp } from '../api/problem'
import { passkeysQuery, totpQuery } from '../api/queries'
import { getPasskey, passkeysSupported } from '../api/webauthn'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './account.module.css'

export interface StepUp {
  /** Runs the act; when the server wants the person confirmed first, asks in place and runs it again. */
  run<T>(act: () => Promise<T>): Promise<T | 'cancelled'>
  dialog: ReactNode
}

export function useStepUp(): StepUp {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const answer = useRef<(confirmed: boolean) => void>(() => undefined)
  const close = (confirmed: boolean) => {
    setOpen(false)
    answer.current(confirmed)
  }
  return {
    async run(act) {
      try {
        return await act()
      } catch (error) {
        if (!needsStepUp(error)) throw error
        setOpen(true)
        const confirmed = await new Promise<boolean>((resolve) => {
          answer.current = resolve
        })
        return confirmed ? act() : 'cancelled'
      }
    },
    // Closed it stays where it is: only then does the focus go back to where it came from.
    dialog: <StepUpDialog opened={open} lead={t('account.stepUpLead')} onClose={close} />,
  }
}

/** The same question of whoever else asks it. */
export function StepUpDialog({ opened, lead, onClose }: { opened: boolean; lead: string; onClose: (confirmed: boolean) => void }) {
  const { t } = useWords()
  return (
    <Modal opened={opened} onClose={() => onClose(false)} title={t('account.stepUpTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <StepUpForm lead={lead} onDone={() => onClose(true)} onClose={() => onClose(false)} />
    </Modal>
  )
}

function StepUpForm({ lead, onDone, onClose }: { lead: string; onDone: () => void; onClose: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const keys = useQuery(passkeysQuery)
  const codes = useQuery(totpQuery)
  const known = !keys.isPending && !codes.isPending
  const passkeys = keys.data?.items.length ?? 0
  const only = codes.data?.proves === false
  const totp = !only && (codes.data?.enabled ?? false)
  // A password proves nothing more about somebody who has a stronger way.
  const typed = totp ? 'code' : passkeys === 0 && !only ? 'password' : undefined
  const [errors, setErrors] = useState<{ field?: string; message: string }[]>([])
  const [busy, setBusy] = useState(false)
  const [secret, setSecret] = useState('')
  const attempt = async (act: () => Promise<unknown>, field?: string) => {
    setBusy(true)
    setErrors([])
    try {
      await act()
      onDone()
    } catch (error) {
      setErrors([{ field, message: error instanceof DOMException ? t('signIn.passkeyRefused') : text(error) }])
    } finally {
      setBusy(false)
    }
  }
  const withPasskey = () =>
    attempt(async () => {
      const options = await take(api.POST('/step-up/passkey/begin'))
      const credential = await getPasskey(options)
      await take(api.POST('/step-up/passkey/finish', { body: { credential } }))
    })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // The dialog may stand inside the form of the page, which is not what is sent here.
    event.stopPropagation()
    if (!typed) return
    if (!secret) {
      setErrors([{ field: 'step-up', message: totp ? t('signIn.needCode') : t('signIn.needPassword') }])
      return
    }
    void attempt(
      () => (totp ? take(api.POST('/step-up/totp', { body: { code: secret.replace(/\s/g, '') } })) : take(api.POST('/step-up/password', { body: { password: secret } }))),
      'step-up',
    )
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <p className="dim">{lead}</p>
      {!known && <Skeleton heights={[48, 48]} />}
      {known && passkeys > 0 && (passkeysSupported()
        ? <Button wide icon="key" loading={busy} onClick={() => void withPasskey()}>{t('account.stepUpPasskey')}</Button>
        : !totp && <p>{t('account.passkeyUnsupported')}</p>)}
      {known && only && passkeys === 0 && <p>{t('account.stepUpNone')}</p>}
      {known && typed === 'code' && (
        <TextInput id="step-up" label={t('account.stepUpCode')} value={secret} onChange={(event) => setSecret(event.target.value)} inputMode="numeric" autoComplete="one-time-code" maxLength={10} />
      )}
      {known && typed === 'password' && (
        <PasswordInput id="step-up" label={t('account.stepUpPassword')} value={secret} onChange={(event) => setSecret(event.target.value)} autoComplete="current-password" />
      )}
      <div className={css.buttons}>
        {known && typed && <Button type="submit" variant={passkeys > 0 ? 'default' : 'filled'} loading={busy}>{t('account.stepUpGo')}</Button>}
        <Button variant="subtle" onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  )
}
