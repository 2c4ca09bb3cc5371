import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect, useState, type CSSProperties } from 'react'
import { ApiError, isNotFound } from '../api/problem'
import { useWhenWords } from '../booking/words'
import { ring } from '../rtc/sound'
import { ActingBand } from '../shell/ActingBand'
import { useWatch } from '../shell/context'
import { ErrorPage } from '../shell/ErrorPage'
import { SessionGuard } from '../shell/SessionGuard'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { dark } from '../theme/tokens'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { CallStep } from './CallStep'
import { CheckStep } from './CheckStep'
import { ConsentStep } from './ConsentStep'
import { EndStep } from './EndStep'
import { useVisitAct, visitQuery } from './queries'
import { stepOf, type Here } from './step'
import { useAwake, useVisitHints } from './stay'
import { useMedia } from './useCall'
import css from './visit.module.css'
import { WaitStep } from './WaitStep'

/** From the first look at the camera to the end of the visit, on one address: a reload comes out where one was. */
export function VisitPage() {
  const { t } = useWords()
  const { patient, visit: id } = useParams({ from: '/gate/p/$patient/visits/$visit' })
  const { subject, acting, name } = useSubject()
  useWatch(patient)
  useVisitHints(patient, id)
  usePageTitle(t('visit.page'), acting ? name : undefined)
  const visit = useQuery(visitQuery(patient, id))
  if (!subject) return <ErrorPage error={new ApiError({ status: 404 })} reset={() => undefined} />
  if (visit.error && !visit.data && isNotFound(visit.error)) return <ErrorPage error={visit.error} reset={() => void visit.refetch()} />
  return (
    <div className={css.dark} style={dark as CSSProperties} data-acting={acting || undefined}>
      {acting && <ActingBand subject={subject} />}
      {visit.data ? <Steps key={id} patient={patient} id={id} />
        : <main id="content" tabIndex={-1} className={css.narrow}>{visit.error ? <LoadError error={visit.error} onRetry={() => void visit.refetch()} /> : <Skeleton heights={[40, 300, 200]} />}</main>}
      <SessionGuard />
    </div>
  )
}

function Steps({ patient, id }: { patient: string; id: string }) {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  const visit = useQuery(visitQuery(patient, id)).data!
  const act = useVisitAct(patient, id)
  const [here, setHere] = useState<Here>({ checked: false, left: false })
  const step = stepOf(visit, here)
  const needsMedia = step === 'check' || step === 'consent' || step === 'wait' || step === 'early' || step === 'visit'
  const { media, view } = useMedia(needsMedia)
  useAwake(step === 'wait' || step === 'visit')

  // Somebody who put the phone down is called back.
  const [before, setBefore] = useState(step)
  useEffect(() => {
    if (before === 'wait' && step === 'visit') ring()
    setBefore(step)
  }, [before, step])

  // The door opened, or everything that was asked before it is done: in, without another press.
  const { mutate, isPending, error } = act
  const enter = step === 'wait' && visit.me.state === 'none' && !isPending && !error
  useEffect(() => {
    if (enter) mutate({ do: 'wait' })
  }, [enter, mutate])

  const over = t('visit.with', { name: visit.appointment.practitioner.name, day: dayTitle(visit.appointment.start), time: time(visit.appointment.start) })
  switch (step) {
    case 'check':
      return (
        <CheckStep
          over={over} patient={patient} id={id} media={media} view={view} last={Boolean(visit.me.consentAt)} busy={isPending}
          onDone={(body) => act.mutate({ do: 'check', body }, { onSettled: () => setHere((now) => ({ ...now, checked: true })) })}
        />
      )
    case 'consent':
      return <ConsentStep over={over} patient={patient} visit={visit} act={act} />
    case 'early':
    case 'wait':
      return <WaitStep visit={visit} media={media} view={view} act={act} early={step === 'early'} />
    case 'visit':
      return <CallStep patient={patient} visit={visit} media={media} view={view} onLeave={() => setHere({ checked: true, left: true })} />
    default:
      return <EndStep step={step} patient={patient} visit={visit} onBack={() => setHere({ checked: true, left: false })} />
  }
}
