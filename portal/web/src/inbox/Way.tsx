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
  const says = (step: Step) => t(`inbox.step.${step.kind}`, { name: step.by ?? t('inbox.byRule'), to: step.kind === 'priority' ? t(`inbox.priorities.${step.to as 'routine'}`) : step.kind === 'turn' ? t(`inbox.made.${step.to as 'task'}`) : (step.to ?? '') })
  return (
    <details className={css.way}>
      <summary>{t('inbox.way')} ({way.steps.length})</summary>
      <ol>
        {way.steps.map((step, n) => (
          <li key={n}><span>{says(step)}{step.reason && ['topic', 'language', 'team', 'standard', 'unjoined', 'coverage', 'left', 'answered'].includes(step.reason) && <span className="dim"> ({t(`inbox.why.${step.reason as 'topic'}`)})</span>}{step.note && <q className={css.note}>{step.note}</q>}</span><span className="meta">{lately(step.at)}</span></li>
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
