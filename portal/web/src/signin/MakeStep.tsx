import { useEffect, useState } from 'react'
import { beginEnrollPasskey, finishEnrollPasskey } from '../api/auth'
import { isNotFound } from '../api/problem'
import { createPasskey, passkeysSupported } from '../api/webauthn'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './signin.module.css'

/** Makes a passkey during a sign-in, which is over then. */
export function useMaking(request: string, onExpired: () => void) {
  const { t } = useWords()
  const text = useErrorText()
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const make = async () => {
    setBusy(true)
    setErrors([])
    try {
      const { next } = await finishEnrollPasskey(request, await createPasskey(await beginEnrollPasskey(request)))
      window.location.assign(next ?? '/')
    } catch (error) {
      if (isNotFound(error)) onExpired()
      setErrors([{ message: error instanceof DOMException ? t('account.passkeyCancelled') : text(error) }])
      setBusy(false)
    }
  }
  return { errors, busy, make: () => void make() }
}

/** Staff who have no passkey yet, where nothing else is taken: they make one, and can do nothing else. */
export function MakeStep({ request, onStartOver, onExpired }: { request: string; onStartOver: () => void; onExpired: () => void }) {
  const { t } = useWords()
  const { errors, busy, make } = useMaking(request, onExpired)
  // The reading starts at the top: the button comes after what it is for.
  useEffect(() => document.getElementById('content')?.focus(), [])
  return (
    <div className={css.form}>
      <ErrorSummary errors={errors} />
      <p>{t('signIn.makeWhy')}</p>
      {passkeysSupported() ? (
        <>
          <ol className={css.steps}>
            <li>{t('signIn.makeHow.press')}</li>
            <li>{t('signIn.makeHow.device')}</li>
            <li>{t('signIn.makeHow.next')}</li>
          </ol>
          <div>
            <Button wide icon="key" loading={busy} onClick={make}>{t('signIn.makeGo')}</Button>
            <p className={css.under} role="status">{busy ? t('signIn.passkeyWaiting') : ''}</p>
          </div>
        </>
      ) : <p>{t('signIn.makeUnsupported')}</p>}
      <Button variant="subtle" onClick={onStartOver}>{t('signIn.startOver')}</Button>
    </div>
  )
}
