import { useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { confirmLink, loginUrl, lookAtLink, type Entrance, type Guest } from '../api/auth'
import { ApiError } from '../api/problem'
import { usePageTitle } from '../shell/title'
import { SignInFrame } from '../signin/SignInFrame'
import { AnchorButton } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { TurnLine } from '../ui/TurnLine'
import { useWords } from '../ui/useWords'
import { BirthStep } from './BirthStep'
import { ChooseStep } from './ChooseStep'
import { MineStep } from './MineStep'
import { forgetLink, keptLink } from './kept'

/** Where an invitation, or a way back in, leads: who it is, then how they sign in from now on. */
export function EntrancePage() {
  const { t } = useWords()
  const hash = useLocation({ select: (location) => location.hash })
  usePageTitle(t('enter.page'))
  // Without a secret in the address somebody comes back from signing in to an account that they have.
  const mine = hash ? '' : keptLink()
  return <Door key={hash || mine} token={hash || mine} mine={Boolean(mine)} />
}

function Door({ token, mine }: { token: string; mine: boolean }) {
  const { t } = useWords()
  const look = useQuery({ queryKey: ['entrance', token], queryFn: () => lookAtLink(token), gcTime: 0, staleTime: Infinity, retry: false })
  const [guest, setGuest] = useState<Guest | undefined>()
  const [closed, setClosed] = useState<'gone' | 'dead' | undefined>()
  const code = look.error instanceof ApiError && look.error.status === 410 ? look.error.code : undefined
  const shut = closed ?? (code === 'link_dead' ? 'dead' : code ? 'gone' : undefined)
  if (shut) return <Shut dead={shut === 'dead'} phone={look.data?.clinic.phone} />
  if (look.error) return <SignInFrame title={t('enter.page')} lead=""><LoadError error={look.error} onRetry={() => void look.refetch()} /></SignInFrame>
  if (!look.data) return <SignInFrame title={t('enter.page')} lead={t('enter.loading')}><Skeleton heights={[48, 240]} /></SignInFrame>
  const entrance: Entrance = look.data
  const { clinic, purpose } = entrance
  const onShut = (dead: boolean) => { forgetLink(); setClosed(dead ? 'dead' : 'gone') }
  if (mine) return <SignInFrame title={t('enter.mineTitle')} lead={t('enter.mineLead')} phone={clinic.phone}><MineStep token={token} onShut={onShut} /></SignInFrame>
  if (guest) {
    return (
      <SignInFrame title={t('enter.hello', { name: guest.name })} lead={t('enter.choose')} phone={clinic.phone}>
        <ChooseStep token={token} entrance={entrance} guest={guest} onShut={onShut} />
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={purpose === 'recovery' ? t('enter.back') : t('enter.welcome', { clinic: clinic.name })} lead={purpose === 'recovery' ? t('enter.leadBack') : t('enter.lead')} phone={clinic.phone}>
      <BirthStep asked={entrance.birthDate} onBirth={async (date) => setGuest(await confirmLink(token, date))} onShut={onShut} left={look.data.triesLeft} onWrong={() => void look.refetch()} />
    </SignInFrame>
  )
}

function Shut({ dead, phone }: { dead: boolean; phone?: string }) {
  const { t } = useWords()
  return (
    <SignInFrame title={t(dead ? 'enter.dead' : 'enter.gone')} lead="" phone={phone}>
      <div role="status"><TurnLine whose="late" owner="" icon="clock">{t(dead ? 'enter.deadText' : 'enter.goneText')}</TurnLine></div>
      <AnchorButton wide variant="default" href={loginUrl('/')}>{t('enter.toSignIn')}</AnchorButton>
    </SignInFrame>
  )
}
