import type { ReactNode } from 'react'
import { changeLocale } from '../i18n'
import { BrandMark, Icon } from '../ui/Icon'
import { tongues } from '../ui/tongues'
import { useWords } from '../ui/useWords'
import css from './signin.module.css'

/** The front door: the name of the house, one job, the language, and help by phone. */
export function SignInFrame({ title, lead, phone, children }: { title: string; lead: string; phone?: string; children: ReactNode }) {
  const { t, locale } = useWords()
  return (
    <div className={css.page}>
      <header className={css.top}>
        <span className={css.brand}><BrandMark />{t('brand')}</span>
        <button type="button" className={css.language} lang={locale === 'es' ? 'en' : 'es'} onClick={() => void changeLocale(locale === 'es' ? 'en' : 'es')}>
          <Icon name="globe" size={20} />{tongues[locale === 'es' ? 'en' : 'es']}
        </button>
      </header>
      <main id="content" tabIndex={-1} className={css.main}>
        <div>
          <h1>{title}</h1>
          {lead && <p id="lead" className={css.lead}>{lead}</p>}
        </div>
        {children}
        {phone && (
          <p className={css.help}>
            {t('signIn.help')} <a href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone })}</a>
          </p>
        )}
      </main>
    </div>
  )
}
