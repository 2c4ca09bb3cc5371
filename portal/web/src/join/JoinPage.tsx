import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useState, type CSSProperties } from 'react'
import { ApiError } from '../api/problem'
import { BirthStep } from '../entrance/BirthStep'
import { usePageTitle } from '../shell/title'
import { SignInFrame } from '../signin/SignInFrame'
import { dark } from '../theme/tokens'
import { Button } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { TurnLine } from '../ui/TurnLine'
import { clinicKey, useWords } from '../ui/useWords'
import { stateOf, useSource, VisitFrom, waitingMs } from '../visits/source'
import { Steps } from '../visits/Steps'
import { useOwnPart } from '../visits/useOwnPart'
import { Voices } from '../visits/Voices'
import css from '../visits/visit.module.css'
import { enterAsGuest, enterVisit, joinedVisit, lookAtVisitLink, readJoined } from './calls'
import { GuestStep } from './GuestStep'
import { JoinEnd } from './JoinEnd'
import { JoinIntro } from './JoinIntro'
import { JoinQuestions } from './JoinQuestions'

const codeOf = (error: unknown): string => (error instanceof ApiError ? error.code : '')
const closed = (error: unknown): boolean => error instanceof ApiError && error.status === 410

/** Where a patient's own link to a visit leads: the date of birth, then that visit and nothing else. */
export function JoinPage() {
  const { t } = useWords()
  const queries = useQueryClient()
  const token = useLocation({ select: (location) => location.hash })
  usePageTitle(t('join.page'))
  const [entered, setEntered] = useState(false)
  const look = useQuery({ queryKey: ['join', 'look', token], queryFn: () => lookAtVisitLink(token), enabled: token !== '', gcTime: 0, staleTime: Infinity, retry: false })
  const [shut, setShut] = useState<'gone' | 'dead'>()
  const phone = look.data?.clinic.phone
  // Somebody who came back without the link may still have it open in this browser.
  if (entered || !token || (look.data?.here && !look.error)) return <Opened phone={phone} onClosed={() => { setEntered(false); void look.refetch() }} asks={token !== ''} guest={look.data?.guest} />
  if (shut || closed(look.error)) return <Shut dead={shut === 'dead' || codeOf(look.error) === 'link_dead'} phone={phone} />
  if (look.error) return <SignInFrame title={t('join.title')} lead=""><LoadError error={look.error} onRetry={() => void look.refetch()} /></SignInFrame>
  if (!look.data) return <SignInFrame title={t('join.title')} lead={t('enter.loading')}><Skeleton heights={[48, 240]} /></SignInFrame>
  const opened = () => {
    queries.removeQueries({ queryKey: stateOf(joinedVisit).queryKey }) // of a time at which it was closed here
    setEntered(true)
  }
  if (look.data.guest) {
    return (
      <SignInFrame title={t('joinGuest.title')} lead={t('joinGuest.lead', { clinic: look.data.clinic.name })} phone={phone}>
        <GuestStep unnamed={look.data.unnamed === true} onGo={(name, relation) => enterAsGuest(token, name, relation).then(opened)} onShut={() => setShut('gone')} />
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={t('join.title')} lead={t('join.lead', { clinic: look.data.clinic.name })} phone={phone}>
      <BirthStep
        asked left={look.data.triesLeft} go={t('join.open')}
        onBirth={async (date) => {
          await enterVisit(token, date)
          opened()
        }}
        onShut={(dead) => setShut(dead ? 'dead' : 'gone')} onWrong={() => void look.refetch()}
      />
    </SignInFrame>
  )
}

function Opened({ phone, asks, guest, onClosed }: { phone?: string; asks: boolean; guest?: boolean; onClosed: () => void }) {
  const { t } = useWords()
  const queries = useQueryClient()
  const first = useQuery({
    queryKey: ['join', 'first'], gcTime: 0, staleTime: Infinity, retry: false,
    queryFn: async () => {
      const { visit, clinic } = await readJoined()
      queries.setQueryData(clinicKey, clinic)
      queries.setQueryData(stateOf(joinedVisit).queryKey, visit)
      return clinic
    },
  })
  const known = stateOf(joinedVisit)
  // What is closed here stays closed: nobody needs to ask again and again.
  const visit = useQuery({ ...known, enabled: Boolean(first.data), refetchInterval: ({ state }) => (closed(state.error) ? false : waitingMs) })
  const [begun, setBegun] = useState(false)
  const [answering, setAnswering] = useState(false)
  if (closed(first.error) || closed(visit.error)) return <Closed guest={guest} phone={first.data?.phone ?? phone} onAgain={asks ? onClosed : undefined} />
  if (first.error) return <SignInFrame title={t('join.title')} lead=""><LoadError error={first.error} onRetry={() => void first.refetch()} /></SignInFrame>
  if (!first.data || !visit.data) return <SignInFrame title={t('join.title')} lead={t('enter.loading')}><Skeleton heights={[48, 240]} /></SignInFrame>
  const { me, state, appointment } = visit.data
  const outside = me.state === 'none' && state !== 'ended' && appointment.status !== 'cancelled'
  if (outside && !begun) {
    return (
      <VisitFrom value={joinedVisit}>
        {answering ? <JoinQuestions onDone={() => setAnswering(false)} /> : <JoinIntro visit={visit.data} phone={first.data.phone} onGo={() => setBegun(true)} onQuestions={() => setAnswering(true)} />}
      </VisitFrom>
    )
  }
  return (
    <div className={css.dark} style={dark as CSSProperties}>
      <VisitFrom value={{ ...joinedVisit, leave: () => setBegun(false) }}><Way id={visit.data.id} /></VisitFrom>
    </div>
  )
}

/** There are no other pages for who came by a link: the call is this page's. */
function Way({ id }: { id: string }) {
  const part = useOwnPart(useSource(), id, true)
  return <>{part.joined && <Voices remotes={part.now.remotes} />}<Steps part={part} end={JoinEnd} /></>
}

/** It was open here, and is not any more: opened elsewhere, or taken back. */
function Closed({ guest, phone, onAgain }: { guest?: boolean; phone?: string; onAgain?: () => void }) {
  const { t } = useWords()
  return (
    <SignInFrame title={t(guest ? 'joinGuest.closed' : 'join.closed')} lead="" phone={phone}>
      <div role="status"><TurnLine whose="late" owner="" icon="clock">{t(guest ? 'joinGuest.closedText' : onAgain ? 'join.closedText' : 'join.noLink')}</TurnLine></div>
      {onAgain && <Button wide onClick={onAgain}>{t('join.again')}</Button>}
    </SignInFrame>
  )
}

function Shut({ dead, phone }: { dead: boolean; phone?: string }) {
  const { t } = useWords()
  return (
    <SignInFrame title={t(dead ? 'join.dead' : 'join.gone')} lead="" phone={phone}>
      <div role="status"><TurnLine whose="late" owner="" icon="clock">{t(dead ? 'join.deadText' : 'join.goneText')}</TurnLine></div>
    </SignInFrame>
  )
}
