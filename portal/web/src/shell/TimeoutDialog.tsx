import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/Button'
import css from './guard.module.css'

/** Asks whether somebody is still there, with the time that is left. */
export default function TimeoutDialog({ left, canStay, onStay, onLeave }: { left: number; canStay: boolean; onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation()
  const words = left > 60 ? t('shell.timeout.text', { count: Math.ceil(left / 60) }) : t('shell.timeout.seconds', { count: left })
  return (
    <Modal opened onClose={onStay} title={t('shell.timeout.title')} withCloseButton={false} closeOnClickOutside={false}>
      <p>{words}</p>
      <div className={css.buttons}>
        {canStay && <Button data-autofocus onClick={onStay}>{t('shell.timeout.stay')}</Button>}
        <Button variant="subtle" onClick={onLeave}>{t('shell.timeout.leave')}</Button>
      </div>
    </Modal>
  )
}
