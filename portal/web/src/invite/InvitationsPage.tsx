import { useInfiniteQuery } from '@tanstack/react-query'
import { useMe } from '../shell/useMe'
import { usePageTitle } from '../shell/title'
import { SectionCard } from '../ui/Card'
import { useWords } from '../ui/useWords'
import { invitationsQuery } from './calls'
import { InvitationList } from './InvitationList'
import css from './invite.module.css'
import { InviteForm } from './InviteForm'
import { RecoverForm } from './RecoverForm'
import { StaffSignIn } from './StaffSignIn'

/** Everybody who was invited; administrators invite staff here, and help people back in. */
export function InvitationsPage() {
  const { t } = useWords()
  const admin = (useMe().account.roles ?? []).includes('admin')
  const mail = useInfiniteQuery(invitationsQuery()).data?.pages[0]?.mail ?? false
  usePageTitle(t('invite.page'))
  return (
    <div className={css.page}>
      <div>
        <h1>{t('invite.title')}</h1>
        <p className="dim">{t('invite.lead')}</p>
      </div>
      <InvitationList />
      {admin && <SectionCard title={t('invite.staff')}><InviteForm kinds={['staff']} mail={mail} /></SectionCard>}
      {admin && <SectionCard title={t('staffSignIn.title')}><StaffSignIn /></SectionCard>}
      {admin && <SectionCard title={t('invite.recover')}><RecoverForm /></SectionCard>}
    </div>
  )
}
