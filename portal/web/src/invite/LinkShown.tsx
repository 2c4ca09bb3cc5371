import { useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './invite.module.css'
import type { Handed } from './calls'

interface Shown { link: Handed; name?: string; letter?: string; /** It is sent on at once, as in a call, rather than handed over on paper. */ sent?: boolean; onDone: () => void }

/** A link that is shown this once: a picture for a phone, the address for typing, a way to copy it, and a printer. */
export function LinkShown({ link, name, letter, sent = false, onDone }: Shown) {
  const { t } = useWords()
  const [copied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard?.writeText(link.url).then(() => setCopied(true), () => undefined)
  return (
    <div className={css.shown}>
      <p role="status" className="no-print"><b>{copied ? t('invite.copied') : t(sent ? 'invite.onceSent' : 'invite.once')}</b></p>
      {name && <p>{name}</p>}
      {letter && <p className={css.letter}>{letter}</p>}
      {!sent && <img className={css.qr} src={link.qr} alt={t('invite.qr')} />}
      <p className={css.url}>{link.url}</p>
      <div className={`${css.buttons} no-print`}>
        {!sent && <Button icon="print" onClick={() => window.print()}>{t('invite.printIt')}</Button>}
        <Button variant={sent ? 'filled' : 'default'} onClick={copy}>{t('invite.copyIt')}</Button>
        <Button variant="default" onClick={onDone}>{t('invite.done')}</Button>
      </div>
      {sent && <img className={css.qr} src={link.qr} alt={t('invite.qr')} />}
    </div>
  )
}
