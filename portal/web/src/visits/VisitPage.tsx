import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useContext, useLayoutEffect, useSyncExternalStore, type CSSProperties } from 'react'
import { ApiError, isNotFound } from '../api/problem'
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
import { EndStep } from './EndStep'
import { HeldContext } from './held'
import { visitOf } from './queries'
import { stateOf, VisitFrom } from './source'
import { Steps } from './Steps'
import type { OwnPart } from './useOwnPart'
import css from './visit.module.css'

/** From the first look at the camera to the end of the visit, on one address: a reload comes out where one was. */
export function VisitPage() {
  const { t } = useWords()
  const { patient, visit: id } = useParams({ from: '/gate/p/$patient/visits/$visit' })
  const { subject, acting, name } = useSubject()
  useWatch(patient)
  usePageTitle(t('visit.page'), acting ? name : undefined)
  const source = visitOf(patient, id)
  const visit = useQuery(stateOf(source))
  if (!subject) return <ErrorPage error={new ApiError({ status: 404 })} reset={() => undefined} />
  if (visit.error && !visit.data && isNotFound(visit.error)) return <ErrorPage error={visit.error} reset={() => void visit.refetch()} />
  return (
    <div className={css.dark} style={dark as CSSProperties} data-acting={acting || undefined}>
      {acting && <ActingBand subject={subject} />}
      {visit.data ? <VisitFrom value={source}><Way key={id} patient={patient} id={id} /></VisitFrom>
        : <main id="content" tabIndex={-1} className={css.narrow}>{visit.error ? <LoadError error={visit.error} onRetry={() => void visit.refetch()} /> : <Skeleton heights={[40, 300, 200]} />}</main>}
      <SessionGuard />
    </div>
  )
}

/** The way into the visit. One's part in it lives beside the pages, so that the call goes on when one looks at another. */
function Way({ patient, id }: { patient: string; id: string }) {
  const held = useContext(HeldContext)
  useLayoutEffect(() => held.open('own', patient, id), [held, patient, id])
  const part = useSyncExternalStore(held.subscribe, () => held.partOf<OwnPart>('own', id))
  return part?.step ? <Steps part={part} end={EndStep} /> : <main id="content" tabIndex={-1} className={css.narrow}><Skeleton heights={[40, 300, 200]} /></main>
}
