import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, setCsrf, take } from '../api/client'
import { isSignedOut } from '../api/problem'
import { useShell } from '../shell/context'
import { usePageTitle } from '../shell/title'
import { AnchorButton, Button } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { FrontDoor } from './FrontDoor'
import { SignInFrame } from './SignInFrame'

/** Reached by a link that anybody could have made, so nobody is signed out before they say so. */
export function SignOutPage() {
  const { t } = useWords()
  const shell = useShell()
  const [leaving, setLeaving] = useState(false)
  usePageTitle(t('account.signOut'))
  const here = useQuery({
    queryKey: ['sign-out'],
    // Nobody being here is an answer, not a failure.
    queryFn: async () => {
      try {
        const me = await take(api.GET('/me', {}))
        setCsrf(me.csrf)
        return me.account.name
      } catch (error) {
        if (isSignedOut(error)) return ''
        throw error
      }
    },
    gcTime: 0,
  })
  if (here.error) return <SignInFrame title={t('signIn.leave.title')} lead=""><LoadError error={here.error} onRetry={() => void here.refetch()} /></SignInFrame>
  if (here.data === undefined) return <SignInFrame title={t('signIn.leave.title')} lead=""><Skeleton heights={[48, 48]} /></SignInFrame>
  if (!here.data) return <FrontDoor returnTo="/" why="bye" />
  const leave = () => {
    setLeaving(true)
    shell.leave('signedOut')
  }
  return (
    <SignInFrame title={t('signIn.leave.title')} lead={t('signIn.leave.lead', { name: here.data })}>
      <Button wide icon="leave" loading={leaving} onClick={leave}>{t('account.signOut')}</Button>
      <AnchorButton wide variant="default" href="/">{t('signIn.leave.stay')}</AnchorButton>
    </SignInFrame>
  )
}
