import { useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './apps.module.css'

/** A client ID or a secret, to be copied. */
export function Copied({ label, value }: { label: string; value: string }) {
  const { t } = useWords()
  const [done, setDone] = useState(false)
  // Only secure pages have a clipboard; the text can be selected all the same.
  const copy = () => void navigator.clipboard?.writeText(value).then(() => setDone(true), () => setDone(false))
  return (
    <div className={css.copied}>
      <div className="grow"><span className="meta">{label}</span><code>{value}</code></div>
      <Button variant="default" onClick={copy} aria-label={`${t('apps.copy')}: ${label}`}>{t('apps.copy')}</Button>
      <span role="status" className="meta">{done ? t('apps.copied') : ''}</span>
    </div>
  )
}

/** A secret that was made just now. It is not kept: it is gone with the page. */
export function SecretCard({ secret }: { secret: string }) {
  const { t } = useWords()
  return (
    <div className={css.once}>
      <p><b>{t('apps.secretOnce')}</b></p>
      <Copied label={t('apps.secret')} value={secret} />
    </div>
  )
}
