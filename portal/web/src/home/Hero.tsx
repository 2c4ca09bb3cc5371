import type { Attention, Entry } from '../api/types'
import { entryLevel, headline, subline } from '../chart/entryWords'
import { fullDate } from '../format/date'
import { splitRef } from '../format/entry'
import { toneOf } from '../format/meaning'
import { LinkButton } from '../ui/Button'
import { useClinic, useWords } from '../ui/useWords'
import css from './home.module.css'

/** The one petrol card of the page. */
export function Hero({ patient, attention, entry }: { patient: string; attention?: Attention; entry: Entry }) {
  const { t, locale, clock } = useWords()
  const clinic = useClinic()
  const { type, id } = splitRef(entry.ref)
  const urgent = attention?.level === 'urgent'
  const over = urgent ? t('home.heroUrgent')
    : attention?.kind === 'vaccine' ? t('home.vaccineDue')
    : attention?.kind === 'goal' ? t('home.goal')
    : attention?.kind === 'careplan' ? t('home.careplan')
    : attention ? t('home.heroLook')
    : t('home.heroNew')
  const result = toneOf(entryLevel(entry)) !== 'plain' || entry.section === 'results' || entry.section === 'vitals'
  return (
    <section className={css.hero} aria-labelledby="hero-title">
      <p className={css.over}>{over}</p>
      <h2 id="hero-title">{headline(entry, t)}</h2>
      <p className={css.heroText}>{[subline(entry, t).replace(/\.$/, ''), fullDate(entry.at, locale, clock.zone)].filter(Boolean).join('. ')}</p>
      {urgent && clinic?.phone && (
        <p className={css.heroText}>{t('home.callNow', { phone: clinic.phone, emergency: clinic.emergency ?? '911' })}</p>
      )}
      <LinkButton to="/p/$patient/entries/$type/$id" params={{ patient, type, id }} wide className={css.heroButton}>
        {result ? t('home.open') : t('home.read')}
      </LinkButton>
    </section>
  )
}
