import { useEffect, useRef, useState, type ReactNode } from 'react'
import { longDate } from '../format/date'
import { AnchorButton, Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { useWords } from '../ui/useWords'
import css from './choices.module.css'

/** The link of an invitation, which is shown this once: to copy, or to send by the own mail. */
export function LinkCard({ offer, children }: { offer: { name: string; secret: string; expiresAt: string }; children: ReactNode }) {
  const { t, locale, clock } = useWords()
  const [copied, setCopied] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const link = `${window.location.origin}/share/accept#${offer.secret}`
  useEffect(() => field.current?.focus(), [])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link)
      setCopied(true)
    } catch {
      field.current?.select() // then the person copies it
    }
  }
  const mail = `mailto:?${new URLSearchParams({ subject: t('offer.mailSubject'), body: t('offer.mailBody', { link }) }).toString().replaceAll('+', '%20')}`
  return (
    <Card pad className={css.link}>
      <label>{t('offer.link')}<input id="link" ref={field} readOnly value={link} onFocus={(event) => event.target.select()} /></label>
      <div className={css.buttons}>
        <Button icon="letter" onClick={() => void copy()}>{copied ? t('offer.copied') : t('offer.copy')}</Button>
        <AnchorButton variant="default" href={mail}>{t('offer.mail')}</AnchorButton>
      </div>
      <p className="dim measure">{t('offer.readyText', { name: offer.name, date: longDate(offer.expiresAt, locale, clock.zone) })}</p>
      {children}
      <p className="sr" role="status">{copied ? t('offer.copied') : ''}</p>
    </Card>
  )
}
