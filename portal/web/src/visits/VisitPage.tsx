import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { CSSProperties } from 'react'
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
import { visitOf } from './queries'
import { stateOf, VisitFrom } from './source'
import { useVisitHints } from './stay'
import { Steps } from './Steps'
import css from './visit.module.css'

/** From the first look at the camera to the end of the visit, on one address: a reload comes out where one was. */
export function VisitPage() {
  const { t } = useWords()
  const { patient, visit: id } = useParams({ from: '/gate/p/$patient/visits/$visit' })
  const { subject, acting, name } = useSubject()
  useWatch(patient)
  useVisitHints(patient, id)
  usePageTitle(t('visit.page'), acting ? name : undefined)
  const source = visitOf(patient, id)
  const visit = useQuery(stateOf(source))
  if (!subject) return <ErrorPage error={new ApiError({ status: 404 })} reset={() => undefined} />
  if (visit.error && !visit.data && isNotFound(visit.error)) return <ErrorPage error={visit.error} reset={() => void visit.refetch()} />
  return (
    <div className={css.dark} style={dark as CSSProperties} data-acting={acting || undefined}>
      {acting && <ActingBand subject={subject} />}
      {visit.data ? <VisitFrom value={source}><Steps key={id} end={EndStep} /></VisitFrom>
        : <main id="content" tabIndex={-1} className={css.narrow}>{visit.error ? <LoadError error={visit.error} onRetry={() => void visit.refetch()} /> : <Skeleton heights={[40, 300, 200]} />}</main>}
      <SessionGuard />
    </div>
  )
}
