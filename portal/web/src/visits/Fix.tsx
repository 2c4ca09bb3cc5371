import type { Fault } from '../rtc/media'
import { AnchorButton, Button } from '../ui/Button'
import { useClinic, useWords } from '../ui/useWords'
import css from './check.module.css'
import { Permission } from './Permission'

export type Problem = { part: 'camera' | 'audio'; fault: Fault } | { part: 'speaker'; fault: 'quiet' } | { part: 'network'; fault: 'closed' }

/** Plain steps for what does not work, on this kind of device, and the way round it. */
export function Fix({ problems, onAgain }: { problems: Problem[]; onAgain: () => void }) {
  const { t } = useWords()
  const clinic = useClinic()
  // Where the line is closed, the visit itself goes on by telephone.
  const phone = problems.some(({ part }) => part === 'network') ? clinic?.visit || clinic?.phone : clinic?.phone
  const denied = problems.some(({ fault }) => fault === 'denied')
  const other = [...new Set(problems.map(({ fault }) => fault).filter((fault) => fault !== 'denied'))]
  return (
    <section className={css.fix} aria-label={t('fix.title')}>
      <h2>{t('fix.title')}</h2>
      {denied && <Permission />}
      {other.map((fault) => <p key={fault}>{t(`fix.${fault as Exclude<typeof fault, 'denied'>}`)}</p>)}
      {problems.length === 0 && <ul>{(['one', 'two', 'three', 'four'] as const).map((step) => <li key={step}>{t(`fix.general.${step}`)}</li>)}</ul>}
      <div className={css.fixButtons}>
        <Button variant="default" icon="refresh" onClick={onAgain}>{t('fix.again')}</Button>
        {problems.some(({ part }) => part === 'network') && phone && <p>{t('visit.orByPhone')}</p>}
        {phone && <AnchorButton variant="subtle" icon="phone" href={`tel:${phone}`}>{t('call', { phone })}</AnchorButton>}
      </div>
    </section>
  )
}
