import { BackLink } from '../shell/PageHead'
import { useMe } from '../shell/useMe'
import { useWords } from '../ui/useWords'

/** Back to the inbox; who has none came from the pools. */
export function InboxBack() {
  const { t } = useWords()
  const roles = useMe().account.roles ?? []
  const answers = roles.includes('clinician') || roles.includes('nurse')
  return answers || !roles.includes('admin') ? <BackLink to={answers ? '/clinic/inbox' : '/clinic'} place={t(answers ? 'clinic.nav.inbox' : 'clinic.nav.patients')} /> : <BackLink to="/clinic/pools" place={t('clinic.nav.pools')} />
}
