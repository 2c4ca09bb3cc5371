import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, isNotFound, isSignedOut } from '../api/problem'
import { AnchorButton, Button } from '../ui/Button'
import { BrandMark, Icon, type IconName } from '../ui/Icon'
import { useShell } from './context'
import css from './plain.module.css'
import { usePageTitle } from './title'

interface PlainProps { icon: IconName; title: string; text: string; id?: string; retry?: () => void }

function Plain({ icon, title, text, id, retry }: PlainProps) {
  const { t } = useTranslation()
  usePageTitle(title)
  return (
    <div className={css.page}>
      <header className={css.brand}><BrandMark />{t('brand')}</header>
      <main id="content" tabIndex={-1} className={css.main}>
        <span className={css.mark}><Icon name={icon} size={28} /></span>
        <h1>{title}</h1>
        <p className="dim measure">{text}</p>
        <div className={css.buttons}>
          {retry && <Button onClick={retry}>{t('errors.reload')}</Button>}
          <AnchorButton href="/" variant={retry ? 'default' : 'filled'}>{t('errors.home')}</AnchorButton>
        </div>
        {id && <p className="meta">{t('reference', { id })}</p>}
      </main>
    </div>
  )
}

export function NotFoundPage() {
  const { t } = useTranslation()
  return <Plain icon="search" title={t('errors.notFoundTitle')} text={t('errors.notFound')} />
}

/** The last net: whatever broke, say so plainly and offer the way back. */
export function ErrorPage({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation()
  const { leave } = useShell()
  const out = isSignedOut(error)
  useEffect(() => {
    if (out) leave('locked')
  }, [out, leave])
  if (out) return null
  if (isNotFound(error)) return <Plain icon="lock" title={t('errors.chartTitle')} text={t('errors.chart')} />
  const api = error instanceof ApiError ? error : undefined
  const text = api?.unreachable ? t('errors.unreachable') : t('errors.broken')
  const reload = () => {
    reset()
    window.location.reload()
  }
  return <Plain icon={api?.unreachable ? 'cloudOff' : 'alert'} title={t('errors.brokenTitle')} text={text} id={api?.id} retry={reload} />
}
