import { Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { HomeLink } from './HomeLink'
import { useSource, type VisitAct } from './source'
import type { Visit } from './types'
import css from './visit.module.css'

const lines = ['video', 'private', 'record', 'emergency', 'stop'] as const

/** What one agrees to, in words; pressing is agreeing, and nothing is ticked beforehand. */
export function ConsentStep({ over, visit, act }: { over: string; visit: Visit; act: VisitAct }) {
  const { t } = useWords()
  const said = useErrorText()
  const { home } = useSource()
  return (
    <>
      <header className={css.top}><HomeLink /><p className={css.over}>{over}</p></header>
      <main id="content" tabIndex={-1} className={css.narrow}>
        <h1>{t('consent.title')}</h1>
        <p className={css.lead}>{visit.me.role === 'proxy' ? t('consent.leadFor', { name: visit.patientName }) : t('consent.lead')}</p>
        <Card pad className={css.block}>
          <ul className={css.ticks}>
            {lines.map((line) => <li key={line}><Icon name="check" size={20} /><span>{t(`consent.${line}`)}</span></li>)}
          </ul>
        </Card>
        <p className={css.note}>{t('consent.kept')}</p>
        {act.error && <p className={css.problem} role="alert">{said(act.error)}</p>}
      </main>
      <footer className={css.foot}>
        <Button wide loading={act.isPending} onClick={() => act.mutate({ do: 'consent', version: visit.consent.version })}>{t('consent.agree')}</Button>
        {home && <LinkButton wide variant="subtle" to="/p/$patient/visits" params={{ patient: home }}>{t('consent.no')}</LinkButton>}
      </footer>
    </>
  )
}
