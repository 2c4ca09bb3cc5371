import { timeOf } from '../format/date'
import { AnchorButton } from '../ui/Button'
import { Tag } from '../ui/Card'
import { useWords } from '../ui/useWords'
import { placeName } from '../visits/places'
import type { Visit } from '../visits/types'
import css from './before.module.css'

/** Where the patient is and how to call back: one press away, for when it is needed at once. */
export function WhereNow({ visit }: { visit: Visit }) {
  const { t, locale, clock } = useWords()
  const said = visit.people.filter(({ where }) => where)
  if (said.length === 0) return null
  return (
    <section className={css.where} aria-label={t('seen.where', { name: visit.patientName })}>
      {said.map(({ seat, name, role, where }) => where && (
        <details key={seat}>
          <summary>
            <span className="grow">{t('seen.where', { name: visit.patientName })}: <b>{placeName(where, locale)}</b></span>
            {where.outside && <Tag tone="look">{t('seen.outside')}</Tag>}
          </summary>
          <p className={css.address}>{where.address}</p>
          <p className="meta">{[role === 'proxy' && t('seen.said', { name }), t('seen.saidAt', { time: timeOf(where.at, clock.zone) })].filter(Boolean).join('. ')}</p>
          <AnchorButton variant="default" icon="phone" href={`tel:${where.phone.replace(/[^+\d]/g, '')}`}>{t('seen.call', { phone: where.phone })}</AnchorButton>
        </details>
      ))}
    </section>
  )
}
