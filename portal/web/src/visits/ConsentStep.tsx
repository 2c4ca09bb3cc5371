import { useId, useState } from 'react'
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
const groupLines = ['group', 'groupKept', 'groupPrivate', 'record', 'emergency', 'stop'] as const

/** What one agrees to, in words; pressing is agreeing, and nothing is ticked beforehand. */
export function ConsentStep({ over, visit, act }: { over: string; visit: Visit; act: VisitAct }) {
  const { t } = useWords()
  const said = useErrorText()
  const { home } = useSource()
  const { group } = visit.appointment
  const field = useId()
  const [called, setCalled] = useState(visit.me.called ?? '')
  const agree = async () => {
    if (group && called.trim() !== visit.me.called) await act.mutateAsync({ do: 'called', name: called })
    await act.mutateAsync({ do: 'consent', version: visit.consent.version })
  }
  return (
    <>
      <header className={css.top}><HomeLink /><p className={css.over}>{over}</p></header>
      <main id="content" tabIndex={-1} className={css.narrow}>
        <h1>{t('consent.title')}</h1>
        <p className={css.lead}>{visit.me.role === 'proxy' ? t('consent.leadFor', { name: visit.patientName }) : t('consent.lead')}</p>
        {group && (
          <div className={css.called}>
            <label htmlFor={field}>{t('consent.called')}</label>
            <p id={`${field}-help`}>{t('consent.calledHelp')}</p>
            <input id={field} value={called} maxLength={40} autoComplete="off" aria-describedby={`${field}-help`} onChange={(event) => setCalled(event.target.value)} />
          </div>
        )}
        <Card pad className={css.block}>
          <ul className={css.ticks}>
            {(group ? groupLines : lines).map((line) => <li key={line}><Icon name="check" size={20} /><span>{t(`consent.${line}`)}</span></li>)}
          </ul>
        </Card>
        <p className={css.note}>{t('consent.kept')}</p>
        {act.error && <p className={css.problem} role="alert">{said(act.error)}</p>}
      </main>
      <footer className={css.foot}>
        <Button wide loading={act.isPending} onClick={() => void agree().catch(() => undefined)}>{t('consent.agree')}</Button>
        {home && <LinkButton wide variant="subtle" to="/p/$patient/visits" params={{ patient: home }}>{t('consent.no')}</LinkButton>}
      </footer>
    </>
  )
}
