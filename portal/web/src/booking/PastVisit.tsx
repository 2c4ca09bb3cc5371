import { Link } from '@tanstack/react-router'
import { fullDate, timeOf } from '../format/date'
import { Dot, Tag } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { LinkRow, Row } from '../ui/Row'
import { useWords } from '../ui/useWords'
import css from './booking.module.css'
import { summaryPath } from './paths'
import type { Appointment } from './types'

/** One visit that was, or was not: it opens when there is a summary to read. */
export function PastVisit({ visit }: { visit: Appointment }) {
  const { t, locale, clock } = useWords()
  const parts = {
    lead: <Dot tone={visit.summary ? 'accent' : 'plain'}><Icon name={visit.mode === 'video' ? 'video' : 'building'} /></Dot>,
    title: `${fullDate(visit.start, locale, clock.zone)}, ${timeOf(visit.start, clock.zone)}`,
    text: [t(`appointment.${visit.mode}`), t('appointment.with', { name: visit.practitioner.name })].join('. '),
  }
  if (visit.status === 'noshow') return <Row {...parts} below={<Missed visit={visit} />} />
  if (!visit.summary) return <Row {...parts} below={<Tag tone="outline">{t(`appointment.state.${visit.visit === 'ended' ? 'ended' : visit.status}`)}</Tag>} />
  return <LinkRow to={summaryPath(visit)} {...parts} below={<Tag tone="accent">{t('appointment.summary')}</Tag>} />
}

const againDays = 30

/** Nobody is blamed: what somebody needs who was missed is another time. */
function Missed({ visit }: { visit: Appointment }) {
  const { t, clock } = useWords()
  const lately = clock.now.getTime() - Date.parse(visit.end) < againDays * 24 * 60 * 60_000
  return (
    <>
      <Tag tone="outline">{t('appointment.state.noshow')}</Tag>
      {lately && <span className={css.missed}>{t('appointment.missed')} <Link to="/p/$patient/visits/book" params={{ patient: visit.patient }}>{t('appointment.again')}</Link></span>}
    </>
  )
}
