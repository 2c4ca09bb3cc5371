import { useState } from 'react'
import { beginPasskeySignIn, finishPasskeySignIn } from '../api/auth'
import { isNotFound } from '../api/problem'
import { getPasskey, passkeysSupported } from '../api/webauthn'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './signin.module.css'

/** The second step of staff who have passkeys and no code app. */
export function PasskeyStep({ request, only = false, onStartOver, onExpired, onRecovery }: { request: string; only?: boolean; onStartOver: () => void; onExpired: () => void; onRecovery: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    setErrors([])
    try {
      const { next } = await finishPasskeySignIn(request, await getPasskey(await beginPasskeySignIn(request)))
      window.location.assign(next ?? '/')
    } catch (error) {
      if (isNotFound(error)) onExpired()
      setErrors([{ message: error instanceof DOMException ? t('signIn.passkeyStepRefused') : text(error) }])
      setBusy(false)
    }
  }
  return (
    <div className={css.form}>
      <ErrorSummary errors={errors} />
      {passkeysSupported() ? (
        <>
          <Button wide icon="key" loading={busy} onClick={() => void go()} autoFocus aria-describedby="lead">{t('signIn.passkey')}</Button>
          <p className={css.under} role="status">{busy ? t('signIn.passkeyWaiting') : t('signIn.passkeyStepHelp')}</p>
        </>
      ) : <p>{t('signIn.passkeyStepUnsupported')}</p>}
      {only ? <p className="dim">{t('signIn.passkeyOnlyHelp')}</p> : <Button variant="subtle" onClick={onRecovery}>{t('reset.recoveryInstead')}</Button>}
      <Button variant="subtle" onClick={onStartOver}>{t('signIn.startOver')}</Button>
    </div>
  )
}
