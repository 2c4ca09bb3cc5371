import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { PasskeysCard } from '../account/PasskeysCard'
import { RecoveryCard } from '../account/RecoveryCard'
import { TotpCard } from '../account/TotpCard'
import { passkeysQuery, totpQuery } from '../api/queries'
import { usePageTitle } from '../shell/title'
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
  usePageTitle(t('welcome.page'))
  const keys = useQuery(passkeysQuery)
  const app = useQuery(totpQuery)
  const [codes, setCodes] = useState<'none' | 'shown' | 'kept'>('none')
  const known = keys.data && app.data
  const second = known && (keys.data.items.length > 0 || app.data.enabled)
  return (
    <SignInFrame title={t('welcome.title')} lead={t('welcome.lead')}>
      {!known ? <Skeleton heights={[180]} /> : second ? <RecoveryCard first onMade={() => setCodes('shown')} onKept={() => setCodes('kept')} /> : (
        <>
          <p>{t('welcome.leadNone')} {t('welcome.thenCodes')}</p>
          <PasskeysCard />
          <TotpCard />
        </>
      )}
      {codes === 'kept' && <Said>{t('welcome.kept')}</Said>}
      {/* Codes that are shown once are first kept, then left. */}
      {codes !== 'shown' && (
        <div>
          <AnchorButton wide variant={codes === 'kept' ? 'filled' : 'default'} href="/">{t(codes === 'kept' ? 'welcome.go' : 'welcome.later')}</AnchorButton>
          {codes === 'none' && <p className="meta">{t('welcome.laterText')}</p>}
        </div>
      )}
      <SessionGuard />
    </SignInFrame>
  )
}
