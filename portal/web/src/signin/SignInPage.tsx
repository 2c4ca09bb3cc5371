import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { loginUrl, signInOptions } from '../api/auth'
import { usePageTitle } from '../shell/title'
import { AnchorButton } from '../ui/Button'
import { Dot } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { TurnLine } from '../ui/TurnLine'
import { useWords } from '../ui/useWords'
import { CodeStep } from './CodeStep'
import { MethodStep } from './MethodStep'
import { safeReturn } from './safeReturn'
import { SignInFrame } from './SignInFrame'
import css from './signin.module.css'

/** Without a request it is the front door; with one it is the login step of the provider. */
export function SignInPage() {
  const { t } = useWords()
  const search = useSearch({ from: '/sign-in' })
  usePageTitle(t('signIn.page'))
  return search.request ? <Login request={search.request} /> : <FrontDoor returnTo={safeReturn(search.return)} why={search.why} />
}

function FrontDoor({ returnTo, why }: { returnTo: string; why?: string }) {
  const { t } = useWords()
  const notice = why === 'locked' ? t('signIn.locked') : why === 'bye' ? t('signIn.signedOut') : ''
  return (
    <SignInFrame title={t('signIn.welcomePlain')} lead={t('signIn.doorLead')}>
      {notice && <div role="status"><TurnLine whose="them" owner="" icon={why === 'locked' ? 'lock' : 'check'}>{notice}</TurnLine></div>}
      <AnchorButton wide href={loginUrl(returnTo)}>{t('signIn.start')}</AnchorButton>
      <ul className={css.inside}>
        <li><Dot tone="accent"><Icon name="flask" /></Dot>{t('signIn.inside.results')}</li>
        <li><Dot tone="accent"><Icon name="people" /></Dot>{t('signIn.inside.family')}</li>
        <li><Dot tone="accent"><Icon name="eye" /></Dot>{t('signIn.inside.looked')}</li>
      </ul>
    </SignInFrame>
  )
}

function Login({ request }: { request: string }) {
  const { t } = useWords()
  const options = useQuery({ queryKey: ['sign-in', request], queryFn: () => signInOptions(request), staleTime: Infinity, retry: false })
  const [step, setStep] = useState<'method' | 'code'>('method')
  if (options.error) {
    const old = 'status' in options.error && (options.error.status === 404 || options.error.status === 410 || options.error.status === 400)
    return (
      <SignInFrame title={t('signIn.welcomePlain')} lead="">
        {old ? (
          <>
            <p>{t('signIn.expired')}</p>
            <AnchorButton wide href={loginUrl('/')}>{t('signIn.startOver')}</AnchorButton>
          </>
        ) : <LoadError error={options.error} onRetry={() => void options.refetch()} />}
      </SignInFrame>
    )
  }
  if (!options.data) return <SignInFrame title={t('signIn.welcomePlain')} lead={t('signIn.lead')}><Skeleton heights={[48, 240]} /></SignInFrame>
  const { clinic, app } = options.data
  if (step === 'code') {
    return (
      <SignInFrame title={t('signIn.codeTitle')} lead={t('signIn.codeLead')} phone={clinic.phone}>
        <CodeStep request={request} onStartOver={() => setStep('method')} />
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={clinic.name ? t('signIn.welcome', { clinic: clinic.name }) : t('signIn.welcomePlain')} lead={app ? '' : t('signIn.lead')} phone={clinic.phone}>
      {app && (
        <div className={css.app}>
          <b>{t('signIn.app', { name: app.name })}</b>
          {app.scopes && app.scopes.length > 0 && (
            <>
              <p className="dim small">{t('signIn.appScopes')}</p>
              <ul>{app.scopes.map((scope) => <li key={scope}>{scope}</li>)}</ul>
            </>
          )}
        </div>
      )}
      <MethodStep request={request} options={options.data} onCode={() => setStep('code')} />
    </SignInFrame>
  )
}
