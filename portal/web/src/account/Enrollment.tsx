import type { TotpSetup } from '../api/types'
import { AnchorButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './account.module.css'

/** The secret of one-time codes: to scan, to tap on the phone that holds the app, or to type. */
export function Enrollment({ setup }: { setup: TotpSetup }) {
  const { t } = useWords()
  const groups = setup.secret.match(/.{1,4}/g) ?? []
  return (
    <>
      <img className={css.qr} src={setup.qr} alt={t('account.totpQr')} />
      <AnchorButton variant="default" icon="app" href={setup.uri} className={css.onPhone}>{t('account.totpOpen')}</AnchorButton>
      <p>
        {t('account.totpManual')}<br />
        {/* Groups are apart for the eye only: copied, the key has no spaces. */}
        <span className={css.secret}>{groups.map((group, at) => <span key={at}>{group}</span>)}</span>
      </p>
    </>
  )
}
