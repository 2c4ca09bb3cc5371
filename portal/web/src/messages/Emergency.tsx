import { AnchorButton } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useClinic, useWords } from '../ui/useWords'
import css from './composer.module.css'

const dial = (phone: string) => `tel:${phone.replace(/[^+\d]/g, '')}`

/** Always over the box that one writes in. */
export function EmergencyLine() {
  const { t } = useWords()
  const phone = useClinic()?.emergency
  if (!phone) return null
  return <p className={css.emergency}><span>{t('message.emergency')}</span> <a href={dial(phone)}>{t('message.callEmergency', { phone })}</a></p>
}

/** Offers the call before something is sent that cannot wait. Sending stays possible. */
export function RedFlag() {
  const { t } = useWords()
  const clinic = useClinic()
  return (
    <div className={css.flag} role="status">
      <h2><Icon name="alert" size={22} />{t('message.flagTitle')}</h2>
      <p>{t('message.flagText')} {t('message.flagStay')}</p>
      <div className={css.flagCalls}>
        {clinic?.emergency && <AnchorButton variant="danger" icon="phone" href={dial(clinic.emergency)}>{t('message.callEmergency', { phone: clinic.emergency })}</AnchorButton>}
        {clinic?.phone && <AnchorButton variant="default" icon="phone" href={dial(clinic.phone)}>{t('call', { phone: clinic.phone })}</AnchorButton>}
      </div>
    </div>
  )
}
