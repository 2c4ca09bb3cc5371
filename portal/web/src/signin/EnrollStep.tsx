import { useEffect } from 'react'
import { Enrollment } from '../account/Enrollment'
import type { TotpSetup } from '../api/types'
import { passkeysSupported } from '../api/webauthn'
import { Button } from '../ui/Button'
import { ErrorSummary } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { CodeStep } from './CodeStep'
import { useMaking } from './MakeStep'
import css from './signin.module.css'

/** The first sign-in of staff: a passkey is made, or a code app is connected and proves it with a first code. */
export function EnrollStep({ request, setup, onStartOver, onExpired }: { request: string; setup: TotpSetup; onStartOver: () => void; onExpired: () => void }) {
  const { t } = useWords()
  const { errors, busy, make } = useMaking(request, onExpired)
  // The reading starts at the top: the field comes after what to do for it.
  useEffect(() => document.getElementById('content')?.focus(), [])
  return (
    <>
      <ErrorSummary errors={errors} />
      {passkeysSupported() && (
        <>
          <div>
            <Button wide icon="key" loading={busy} onClick={make}>{t('safety.enrollPasskey')}</Button>
            <p className={css.under} role="status">{busy ? t('signIn.passkeyWaiting') : t('account.passkeysLead')}</p>
          </div>
          <h2>{t('safety.enrollOr')}</h2>
        </>
      )}
      <ol className={css.steps}>
        <li>{t('signIn.enroll.app')}</li>
        <li>{t('signIn.enroll.scan')}</li>
        <li>{t('signIn.enroll.type')}</li>
      </ol>
      <div className={css.form}><Enrollment setup={setup} /></div>
      <CodeStep request={request} onStartOver={onStartOver} onExpired={onExpired} focus={false} enrolls />
    </>
  )
}
