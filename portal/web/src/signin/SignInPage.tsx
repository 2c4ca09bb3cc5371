import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { loginUrl, signInOptions } from '../api/auth'
import { ApiError, isNotFound } from '../api/problem'
import type { SignInStep } from '../api/types'
import { usePageTitle } from '../shell/title'
import { AnchorButton } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { TurnLine } from '../ui/TurnLine'
import { useWords } from '../ui/useWords'
import { CodeStep } from './CodeStep'
import { EnrollStep } from './EnrollStep'
import { FrontDoor } from './FrontDoor'
import { MakeStep } from './MakeStep'
import { MethodStep } from './MethodStep'
import { PasskeyStep } from './PasskeyStep'
import { safeReturn } from './safeReturn'
import { RecoveryStep } from './RecoveryStep'
import { SignInFrame } from './SignInFrame'
import css from './signin.module.css'
import { whyOf } from './why'

/** Without a request it is the front door; with one it is the login step of the provider. */
export function SignInPage() {
  const { t } = useWords()
  const search = useSearch({ from: '/sign-in' })
  usePageTitle(t('signIn.page'))
  return search.request ? <Login key={search.request} request={search.request} /> : <FrontDoor returnTo={safeReturn(search.return)} why={whyOf(search.why)} />
}

function Login({ request }: { request: string }) {
  const { t } = useWords()
  const options = useQuery({ queryKey: ['sign-in', request], queryFn: () => signInOptions(request), staleTime: Infinity, gcTime: 0, retry: false })
  // The server knows at which step the sign-in is: it may come back from elsewhere, or be loaded again.
  const [reached, setReached] = useState<SignInStep | undefined>()
  const [expired, setExpired] = useState(false)
  const [recovering, setRecovering] = useState(false)
  const refused = options.error instanceof ApiError && (isNotFound(options.error) || options.error.status === 400)
  if (expired || refused) {
    return (
      <SignInFrame title={t('signIn.expiredTitle')} lead="">
        <div role="status"><TurnLine whose="late" owner="" icon="clock">{t('signIn.expired')}</TurnLine></div>
        <AnchorButton wide href={loginUrl('/')}>{t('signIn.startOver')}</AnchorButton>
      </SignInFrame>
    )
  }
  if (options.error) return <SignInFrame title={t('signIn.welcomePlain')} lead=""><LoadError error={options.error} onRetry={() => void options.refetch()} /></SignInFrame>
  if (!options.data) return <SignInFrame title={t('signIn.welcomePlain')} lead={t('signIn.lead')}><Skeleton heights={[48, 240]} /></SignInFrame>
  const { clinic, app } = options.data
  const { step, totp, only } = reached ?? options.data
  const rest = { request, onStartOver: () => { setReached({}); setRecovering(false) }, onExpired: () => setExpired(true) }
  if (step === 'make') {
    return <SignInFrame title={t('signIn.makeTitle')} lead={t('signIn.makeLead')} phone={clinic.phone}><MakeStep {...rest} /></SignInFrame>
  }
  if (step === 'totp' && totp) {
    return <SignInFrame title={t('safety.enrollTitle')} lead={t('safety.enrollLead')} phone={clinic.phone}><EnrollStep setup={totp} {...rest} /></SignInFrame>
  }
  if (step === 'totp') {
    return <SignInFrame title={t('signIn.codeTitle')} lead={t('signIn.codeLead')} phone={clinic.phone}><CodeStep {...rest} onStep={setReached} /></SignInFrame>
  }
  if (step === 'passkey' && recovering) {
    return <SignInFrame title={t('reset.recoveryCode')} lead={t('safety.codesLead')} phone={clinic.phone}><RecoveryStep {...rest} /></SignInFrame>
  }
  if (step === 'passkey') {
    return <SignInFrame title={t('signIn.passkeyStepTitle')} lead={t('signIn.passkeyStepLead')} phone={clinic.phone}><PasskeyStep {...rest} only={only} onRecovery={() => setRecovering(true)} /></SignInFrame>
  }
  return (
    <SignInFrame title={clinic.name ? t('signIn.welcome', { clinic: clinic.name }) : t('signIn.welcomePlain')} lead={app ? '' : t('signIn.lead')} phone={clinic.phone}>
      {app && (
        <div className={css.app}>
          <b>{t('signIn.app', { name: app.name })}</b>
          <p className="dim small">{t('signIn.appNext')}</p>
        </div>
      )}
      <MethodStep request={request} options={options.data} onStep={setReached} onExpired={rest.onExpired} />
    </SignInFrame>
  )
}
