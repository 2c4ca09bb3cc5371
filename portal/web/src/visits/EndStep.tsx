import { useQuery } from '@tanstack/react-query'
import { AnchorButton, Button, LinkButton } from '../ui/Button'
import { Icon, type IconName } from '../ui/Icon'
import { useClinic, useWords } from '../ui/useWords'
import { summaryPath } from '../booking/paths'
import { summaryQuery } from './queries'
import { Rate } from './Rate'
import type { Step } from './step'
import type { Visit } from './types'
import css from './visit.module.css'

type End = Exclude<Step, 'early' | 'check' | 'consent' | 'place' | 'wait' | 'visit'>
const icons: Record<End, IconName> = { left: 'leave', refused: 'clock', removed: 'leave', over: 'done', cancelled: 'calendar' }

export interface EndProps { step: End; visit: Visit; onBack: () => void }

/** Outside the visit: what happened, and the one thing to do now. */
export function EndStep({ step, visit, onBack }: EndProps) {
  const { t } = useWords()
  const phone = useClinic()?.phone
  const name = visit.appointment.practitioner.name
  const summary = step === 'over' && visit.summary
  // Who stays sees what it came to as soon as it is signed.
  const sentence = useQuery({ ...summaryQuery(visit.patient, visit.id), enabled: Boolean(summary) }).data?.summary
  return (
    <main id="content" tabIndex={-1} className={css.end}>
      <span className={css.endMark}><Icon name={icons[step]} size={28} /></span>
      <h1>{t(`end.${step}`)}</h1>
      <p className={css.lead} role="status">{summary ? t('end.summaryReady') : t(`end.${step}Text`, { name })}</p>
      {summary && sentence && <p className={css.sentence}>{sentence}</p>}
      <div className={css.endButtons}>
        {step === 'left' && <Button wide icon="video" onClick={onBack}>{t('end.goBack')}</Button>}
        {summary && <LinkButton wide icon="letter" to={summaryPath(visit)}>{t('end.readSummary')}</LinkButton>}
        {step === 'over' && visit.recording?.filed && <LinkButton wide variant="default" icon="video" to="/p/$patient/entries/$type/$id" params={{ patient: visit.patient, type: 'DocumentReference', id: visit.recording.id }}>{t('rec.play')}</LinkButton>}
        {(step === 'refused' || step === 'removed') && phone && <AnchorButton wide icon="phone" href={`tel:${phone}`}>{t('call', { phone })}</AnchorButton>}
        <LinkButton wide variant={step === 'cancelled' || (step === 'over' && !summary) ? 'filled' : 'default'} to="/p/$patient/visits" params={{ patient: visit.patient }}>{t('end.toVisits')}</LinkButton>
      </div>
      {step === 'over' && visit.me.state === 'left' && <Rate visit={visit} />}
    </main>
  )
}
