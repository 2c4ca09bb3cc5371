import { AnchorButton, Button } from '../ui/Button'
import { Icon, type IconName } from '../ui/Icon'
import { useClinic, useWords } from '../ui/useWords'
import type { EndProps } from '../visits/EndStep'
import css from '../visits/visit.module.css'

const icons: Record<EndProps['step'], IconName> = { left: 'leave', refused: 'clock', removed: 'leave', over: 'done', cancelled: 'calendar' }

/** Outside the visit, for who has nothing here but this one: thanks, and the clinic's telephone. */
export function JoinEnd({ step, onBack }: EndProps) {
  const { t } = useWords()
  const phone = useClinic()?.phone
  return (
    <main id="content" tabIndex={-1} className={css.end}>
      <span className={css.endMark}><Icon name={icons[step]} size={28} /></span>
      <h1>{t(step === 'over' ? 'end.thanks' : `end.${step}`)}</h1>
      <p className={css.lead} role="status">{t(step === 'over' ? 'end.thanksText' : step === 'cancelled' ? 'end.cancelledCall' : `end.${step}Text`)}</p>
      <div className={css.endButtons}>
        {step === 'left' && <Button wide icon="video" onClick={onBack}>{t('end.goBack')}</Button>}
        {phone && <AnchorButton wide variant={step === 'left' ? 'default' : 'filled'} icon="phone" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone })}</AnchorButton>}
      </div>
    </main>
  )
}
