import { useInfiniteQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { ChartHead } from '../clinic/ChartHead'
import { useMe } from '../shell/useMe'
import { usePageTitle } from '../shell/title'
import { SectionCard } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { invitationsQuery } from './calls'
import { InvitationList } from './InvitationList'
import css from './invite.module.css'
import { InviteForm } from './InviteForm'
import { RecoverForm } from './RecoverForm'

/** Who of this chart can come in: the patient, and those who help them. */
export function PatientInvitePage() {
  const { t } = useWords()
  const { patient } = useParams({ from: '/gate/clinic/p/$patient/invite' })
  const roles = useMe().account.roles ?? []
  const list = useInfiniteQuery(invitationsQuery(patient))
  const page = list.data?.pages[0]
  usePageTitle(t('invite.page'))
  return (
    <>
      {/* The date of birth is asked for with the link: it is not on the same paper. */}
      <div className="no-print"><ChartHead patient={patient} back="chart" /></div>
      <div className={css.page}>
        <div>
          <h1>{t('invite.chart')}</h1>
          {page && <p className="dim">{page.hasAccount ? t('invite.has') : t('invite.hasNot')}</p>}
        </div>
        {list.error && !page ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
          : !page ? <Skeleton heights={[240, 120]} />
          : (
            <>
              <SectionCard title={t('invite.make')}><InviteForm key={String(page.hasAccount)} patient={patient} kinds={page.hasAccount ? ['caregiver'] : ['patient', 'caregiver']} mail={page.mail} /></SectionCard>
              <InvitationList patient={patient} />
              {page.hasAccount && (roles.includes('frontdesk') || roles.includes('admin')) && <SectionCard title={t('invite.recover')}><RecoverForm patient={patient} /></SectionCard>}
            </>
          )}
      </div>
    </>
  )
}
