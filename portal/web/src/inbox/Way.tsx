import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useWritten } from '../messages/useWritten'
import { useWords } from '../ui/useWords'
import { stepsQuery, type Step } from './calls'
import css from './inbox.module.css'

/** What became of a conversation and why, for the clinic alone. */
export function Way({ patient, thread }: { patient: string; thread: string }) {
  const { t } = useWords()
  const { lately } = useWritten()
  const way = useQuery(stepsQuery(patient, thread)).data
  if (!way || way.steps.length === 0) return null
  const says = (step: Step) => step.kind === 'danger' ? '' : t(`inbox.step.${step.kind}`, { name: step.by ?? t('inbox.byRule'), to: step.kind === 'priority' ? t(`inbox.priorities.${step.to as 'routine'}`) : step.kind === 'turn' ? t(`inbox.made.${step.to as 'task'}`) : (step.to ?? '') })
  return (
    <details className={css.way}>
      <summary>{t('inbox.way')} ({way.steps.length})</summary>
      <ol>
        {way.steps.map((step, n) => (
          <li key={n}><span>{step.kind === 'danger' ? <Danger step={step} /> : says(step)}{step.reason && ['topic', 'language', 'team', 'standard', 'unjoined', 'coverage', 'left', 'answered'].includes(step.reason) && <span className="dim"> ({t(`inbox.why.${step.reason as 'topic'}`)})</span>}{step.note && step.kind !== 'danger' && <q className={css.note}>{step.note}</q>}</span><span className="meta">{lately(step.at)}</span></li>
        ))}
      </ol>
      {way.made.length > 0 && (
        <ul className={css.made}>
          {way.made.map((one) => {
            const [type = '', id = ''] = one.ref.split('/')
            return <li key={one.id}><Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient, type, id }}>{t(`inbox.made.${one.kind}`)}</Link> <span className="meta">{lately(one.at)}</span></li>
          })}
        </ul>
      )}
    </details>
  )
}

/** What the rules found, for whoever answers: a hint to read it at once, and no finding of a doctor. */
function Danger({ step }: { step: Step }) {
  const { t } = useWords()
  const found = (step.note ?? '').split(' ').filter(Boolean) as 'heart'[]
  return <><b>{t('inbox.danger.title')}</b>: {found.map((one) => t(`inbox.danger.dangers.${one}`)).join(', ')}.{step.reason?.startsWith('told') && ` ${t('inbox.danger.toldCall')}`}</>
}
