import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { SessionGuard } from '../shell/SessionGuard'
import { usePageTitle } from '../shell/title'
import { LoadError, Said } from '../ui/ErrorSummary'
import { BrandMark, Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import choices from '../sharing/choices.module.css'
import { AskForm } from './AskForm'
import { AskedCard } from './AskedCard'
import { ownQuery } from './calls'
import css from './requests.module.css'

/**
 * A caregiver asks the clinic for the record of somebody who cannot invite them, and sees what became of it. Nothing
 * here tells whether the clinic knows such a person.
 */
export function AskPage() {
  const { t } = useWords()
  const router = useRouter()
  const queries = useQueryClient()
  const asked = useQuery(ownQuery)
  const [said, setSaid] = useState('')
  const box = useRef<HTMLDivElement>(null)
  usePageTitle(t('ask.page'))
  useEffect(() => {
    if (said) box.current?.focus()
  }, [said])
  const changed = (words: string) => {
    setSaid(words)
    void queries.invalidateQueries({ queryKey: ownQuery.queryKey })
  }
  const items = asked.data?.items ?? []
  return (
    <div className={choices.page}>
      <header>
        <BrandMark />{t('brand')}
        <button type="button" className={css.close} aria-label={t('close')} onClick={() => (window.history.length > 1 ? router.history.back() : void router.navigate({ to: '/' }))}><Icon name="cross" /></button>
      </header>
      <main id="content" tabIndex={-1}>
        <div>
          <h1>{t('ask.title')}</h1>
          <p className={css.lead}>{t('ask.lead')}</p>
        </div>
        {said && <div ref={box} tabIndex={-1}><Said>{said}</Said></div>}
        {asked.error && !asked.data ? <LoadError error={asked.error} onRetry={() => void asked.refetch()} />
          : !asked.data ? <Skeleton heights={[120, 400]} />
          : (
            <>
              {items.length > 0 && (
                <section aria-labelledby="asked" className={css.section}>
                  <h2 id="asked">{t('ask.yours')}</h2>
                  {items.map((one) => <AskedCard key={one.id} one={one} onChanged={changed} />)}
                </section>
              )}
              <section aria-labelledby="ask" className={css.section}>
                <h2 id="ask">{t('ask.new')}</h2>
                <p className="dim measure">{t('ask.other')}</p>
                <AskForm onSent={(whole) => changed(t(whole ? 'ask.sent' : 'ask.paperFailed'))} />
              </section>
            </>
          )}
      </main>
      <SessionGuard />
    </div>
  )
}
