import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { PasskeysCard } from '../account/PasskeysCard'
import { RecoveryCard } from '../account/RecoveryCard'
import { TotpCard } from '../account/TotpCard'
import { passkeysQuery, totpQuery } from '../api/queries'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { SignInFrame } from '../signin/SignInFrame'
import { SessionGuard } from '../shell/SessionGuard'
import { AnchorButton } from '../ui/Button'
import { Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'

/**
 * The end of an invitation: recovery codes, shown once, for whoever has something that they stand in for; whoever has
 * a password alone is offered that first.
 */
export function WelcomePage() {
  const { t } = useWords()
  const { clinic } = useMe()
  usePageTitle(t('welcome.page'))
  const keys = useQuery(passkeysQuery)
  const app = useQuery(totpQuery)
  const [kept, setKept] = useState(false)
  const known = keys.data && app.data
  const second = known && (keys.data.items.length > 0 || app.data.enabled)
  return (
    <SignInFrame title={t('welcome.title')} lead={t('welcome.lead')} phone={clinic.phone}>
      {!known ? <Skeleton heights={[180]} /> : second ? <RecoveryCard first onKept={() => setKept(true)} /> : (
        <>
          <p>{t('welcome.leadNone')} {t('welcome.thenCodes')}</p>
          <PasskeysCard />
          <TotpCard />
        </>
      )}
      {kept && <Said>{t('welcome.kept')}</Said>}
      <div>
        <AnchorButton wide variant={kept ? 'filled' : 'default'} href="/">{t(kept ? 'welcome.go' : 'welcome.later')}</AnchorButton>
        {!kept && <p className="meta">{t('welcome.laterText')}</p>}
      </div>
      <SessionGuard />
    </SignInFrame>
  )
}
