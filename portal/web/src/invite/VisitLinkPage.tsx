import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { appointmentQuery } from '../booking/queries'
import { ChartHead } from '../clinic/ChartHead'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { visitLinkQuery } from './calls'
import css from './invite.module.css'
import { VisitLink } from './VisitLink'

/** The patient's own way into one visit, without an account: a link to hand over, and to take back. */
export function VisitLinkPage() {
  const { t } = useWords()
  const { patient, visit } = useParams({ from: '/gate/clinic/visits/$patient/$visit/link' })
  usePageTitle(t('visitLink.page'))
  const known = useQuery(appointmentQuery(patient, visit))
  const link = useQuery(visitLinkQuery(patient, visit))
  const error = known.error ?? link.error
  return (
    <div>
      {/* The date of birth opens the link: it is not on the same paper. */}
      <div className="no-print"><ChartHead patient={patient} back="chart" /></div>
      <div className={css.page}>
        <div className="no-print">
          <h1>{t('visitLink.title')}</h1>
          <p className="dim measure">{t('visitLink.lead')}</p>
        </div>
        {error && !(known.data && link.data) ? <LoadError error={error} onRetry={() => { void known.refetch(); void link.refetch() }} />
          : !known.data || !link.data ? <Skeleton heights={[24, 160]} />
          : <VisitLink patient={patient} visit={visit} link={link.data} start={known.data.start} name={known.data.practitioner.name} />}
      </div>
    </div>
  )
}
