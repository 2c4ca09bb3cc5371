import { fullDate, timeOf } from '../format/date'
import { Dot, Tag } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { LinkRow, Row } from '../ui/Row'
import { useWords } from '../ui/useWords'
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
  if (!visit.summary) return <Row {...parts} below={<Tag tone="outline">{t(`appointment.state.${visit.visit === 'ended' ? 'ended' : visit.status}`)}</Tag>} />
  return <LinkRow to={summaryPath(visit)} {...parts} below={<Tag tone="accent">{t('appointment.summary')}</Tag>} />
}
