import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { AddressCard } from './AddressCard'
import { OutsideCard } from './OutsideCard'
import { PasskeysCard } from './PasskeysCard'
import { PasswordCard } from './PasswordCard'
import { RecoveryCard } from './RecoveryCard'
import { TotpCard } from './TotpCard'

/** The ways in: passkeys first, then the code app, then the password, and accounts elsewhere last. */
export function SecurityPage() {
  const { t } = useWords()
  const { patient } = useSubject()
  usePageTitle(t('account.security'))
  return (
    <div className={css.page}>
      <PageHead
        title={t('account.security')}
        back={patient ? <BackLink to="/p/$patient/you" params={{ patient }} place={t('account.page')} /> : <BackLink to="/clinic/you" place={t('account.page')} />}
      />
      <div className={css.cards}>
        <PasskeysCard />
        <TotpCard />
        <RecoveryCard />
        <PasswordCard />
        <AddressCard />
        <OutsideCard />
      </div>
    </div>
  )
}
