import { fileAddress } from '../messages/upload'
import { Icon, type IconName } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './asks.module.css'
import type { Ask, AskStep } from './types'
import { useAskWords } from './words'

/** What was asked, line by line. */
export function Asked({ ask }: { ask: Ask }) {
  const { t } = useWords()
  const lines: [string, string | undefined][] = [
    [t('asks.medicine'), ask.medicine?.name],
    [t('asks.days'), ask.daysLeft === undefined ? undefined : t('asks.daysLeft', { count: ask.daysLeft })],
    [t('asks.pharmacy'), ask.pharmacy], [t('asks.how'), ask.mode && t(`asks.mode.${ask.mode}`)], [t('asks.when'), ask.when],
    [t('asks.documents'), ask.documents], [t('asks.recipient'), ask.recipient], [t('asks.purpose'), ask.purpose],
    [ask.kind === 'visit' ? t('asks.why') : t('asks.note'), ask.note],
  ]
  return (
    <dl className={css.facts}>
      {lines.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      {ask.form && (
        <div><dt>{t('asks.form')}</dt><dd><a href={fileAddress(ask.patient, ask.form.id)} target="_blank" rel="noreferrer">{t('asks.open', { title: ask.form.title })}</a></dd></div>
      )}
    </dl>
  )
}

const icons: Record<AskStep['state'] | 'answered', IconName> = { requested: 'send', received: 'eye', answered: 'chat', 'on-hold': 'ask', accepted: 'check', 'in-progress': 'clock', completed: 'done', rejected: 'cross', cancelled: 'back' }

/** What happened, the oldest first: who, when, and what they wrote. */
export function Steps({ steps, clinic = false }: { steps: AskStep[]; clinic?: boolean }) {
  const { t } = useWords()
  const { whenInside, person, stepOf } = useAskWords()
  return (
    <ol className={css.steps}>
      {steps.map((step) => (
        <li key={step.at}>
          <span className={css.mark}><Icon name={icons[stepOf(step)]} size={16} /></span>
          <div>
            <b>{t(`${clinic ? 'clinicAsks' : 'asks'}.step.${stepOf(step)}`)}</b>
            <span className="meta">{t('asks.on', { what: person(step.by), when: whenInside(step.at) })}</span>
            {step.text && <p>{step.text}</p>}
          </div>
        </li>
      ))}
    </ol>
  )
}
