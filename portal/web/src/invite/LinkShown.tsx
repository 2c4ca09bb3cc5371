import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './invite.module.css'
import type { Handed } from './calls'

/** A link that is shown this once: a picture for a phone, the address for typing, and a printer. */
export function LinkShown({ link, name, onDone }: { link: Handed; name?: string; onDone: () => void }) {
  const { t } = useWords()
  return (
    <div className={css.shown}>
      <p role="status"><b>{t('invite.once')}</b></p>
      {name && <p>{name}</p>}
      <img className={css.qr} src={link.qr} alt={t('invite.qr')} />
      <p className={css.url}>{link.url}</p>
      <div className={`${css.buttons} no-print`}>
        <Button icon="print" onClick={() => window.print()}>{t('invite.printIt')}</Button>
        <Button variant="default" onClick={onDone}>{t('invite.done')}</Button>
      </div>
    </div>
  )
}
