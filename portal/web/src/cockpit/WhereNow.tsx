import { timeOf } from '../format/date'
import { listOf } from '../format/locale'
import { AnchorButton } from '../ui/Button'
import { Tag } from '../ui/Card'
import { useWords } from '../ui/useWords'
import { placeName } from '../visits/places'
import type { Where } from '../visits/beforeTypes'
import type { Visit } from '../visits/types'
import css from './before.module.css'

interface Place { seat: string; where: Where; /** Who said so for the patient. */ by: string[] }

/** The patient and who came with them mostly say the same: that is one place, as it was said last. */
function byPlace(people: Visit['people']): Place[] {
  const found = new Map<string, Place>()
  for (const { seat, name, role, where } of people) {
    if (!where) continue
    const key = JSON.stringify([where.country, where.region, where.address, where.phone])
    const one = found.get(key) ?? { seat, where, by: [] }
    if (Date.parse(where.at) > Date.parse(one.where.at)) one.where = where
    if (role === 'proxy') one.by.push(name)
    found.set(key, one)
  }
  return [...found.values()]
}

/** Where the patient is and how to call back: one press away, for when it is needed at once. */
export function WhereNow({ visit }: { visit: Visit }) {
  const { t, locale, clock } = useWords()
  const places = byPlace(visit.people)
  if (places.length === 0) return null
  return (
    <section className={css.where} aria-label={t('seen.where', { name: visit.patientName })}>
      {places.map(({ seat, where, by }) => (
        <details key={seat}>
          <summary>
            <span className="grow">{t('seen.where', { name: visit.patientName })}: <b>{placeName(where, locale)}</b></span>
            {where.outside && <Tag tone="look">{t('seen.outside')}</Tag>}
          </summary>
          <p className={css.address}>{where.address}</p>
          <p className="meta">{[by.length > 0 && t('seen.said', { name: listOf(by, locale) }), t('seen.saidAt', { time: timeOf(where.at, clock.zone) })].filter(Boolean).join('. ')}</p>
          <AnchorButton variant="default" icon="phone" href={`tel:${where.phone.replace(/[^+\d]/g, '')}`}>{t('seen.call', { phone: where.phone })}</AnchorButton>
        </details>
      ))}
    </section>
  )
}
