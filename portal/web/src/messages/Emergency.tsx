import { useEffect, useRef } from 'react'
import { AnchorButton, Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useClinic, useWords } from '../ui/useWords'
import type { Call } from './call'
import css from './composer.module.css'

const dial = (phone: string) => `tel:${phone.replace(/[^+\d]/g, '')}`

/** Always over the box that one writes in. */
export function EmergencyLine() {
  const { t } = useWords()
  const phone = useClinic()?.emergency
  if (!phone) return null
  return <p className={css.emergency}><span>{t('message.emergency')}</span> <a href={dial(phone)}>{t('message.callEmergency', { phone })}</a></p>
}

/** Offers the call when the server says that something cannot wait. Nothing was sent yet; sending stays possible, and
 * what was meant for later then goes at once. */
export function RedFlag({ call, later, onSend, onDrop }: { call: Call; later?: boolean; onSend: () => void; onDrop?: () => void }) {
  const { t } = useWords()
  const clinic = useClinic()
  const head = useRef<HTMLHeadingElement>(null)
  // It may stand far from the button that was pressed.
  useEffect(() => {
    head.current?.focus({ preventScroll: true })
    head.current?.scrollIntoView({ block: 'center' })
  }, [])
  return (
    <div className={css.flag} role="alert">
      <h2 ref={head} tabIndex={-1}><Icon name="alert" size={22} />{t(`message.call.${call}`)}</h2>
      <p>{t('message.call.text')}</p>
      <div className={css.flagCalls}>
        {call === 'crisis' && clinic?.crisis && <AnchorButton variant="danger" icon="phone" href={dial(clinic.crisis)}>{t('message.callEmergency', { phone: clinic.crisis })}</AnchorButton>}
        {clinic?.emergency && <AnchorButton variant={call === 'crisis' ? 'default' : 'danger'} icon="phone" href={dial(clinic.emergency)}>{t('message.callEmergency', { phone: clinic.emergency })}</AnchorButton>}
        {clinic?.phone && <AnchorButton variant="default" icon="phone" href={dial(clinic.phone)}>{t('call', { phone: clinic.phone })}</AnchorButton>}
      </div>
      <p>{t('message.call.then')}{later && ` ${t('message.call.atOnce')}`}</p>
      <div className={css.flagCalls}>
        <Button variant="default" icon="send" onClick={onSend}>{t(later ? 'message.call.sendNow' : 'message.call.send')}</Button>
        {onDrop && <Button variant="subtle" onClick={onDrop}>{t('message.call.drop')}</Button>}
      </div>
    </div>
  )
}
