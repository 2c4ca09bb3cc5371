import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { chartQuery } from '../api/queries'
import { longDate } from '../format/date'
import { listOf, tagOf } from '../format/locale'
import { plainTitle, saysNone } from '../format/titles'
import { useWatch } from '../shell/context'
import { AllergyTag } from '../ui/AllergyTag'
import { Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'
import { ageSex } from './words'

const allergiesShown = 4

/**
 * The strip over every page of a chart: who it is by two identifiers, what they must not get, what they speak. It may
 * take a second line, so it waits for a page that is drawn in one go: what stands below would be pushed.
 */
export function ChartHead({ patient, back, waits = false, children }: { patient: string; back: 'patients' | 'chart' | 'today'; waits?: boolean; children?: ReactNode }) {
  const { t, locale } = useWords()
  useWatch(patient)
  const known = useQuery(chartQuery(patient)).data
  const chart = waits ? undefined : known
  const person = chart?.patient
  const allergies = chart?.allergies.filter((entry) => entry.active) ?? []
  const names = new Intl.DisplayNames(tagOf(locale), { type: 'language', fallback: 'code' })
  const languages = (person?.languages ?? []).map((language) => nameOf(names, language.code)).filter(Boolean)
  return (
    <header className={css.head}>
      {back === 'today' ? <Link to="/clinic/today" className={css.back} aria-label={t('cockpit.back')}><Icon name="back" size={20} /></Link>
        : back === 'patients' ? <Link to="/clinic" className={css.back} aria-label={t('clinic.backPatients')}><Icon name="back" size={20} /></Link>
        : <Link to="/clinic/p/$patient" params={{ patient }} className={css.back} aria-label={t('clinic.back')}><Icon name="back" size={20} /></Link>}
      <div className={css.identity}>
        {person && chart && (
          <>
            <Face name={person.name} size="s" />
            <p className={css.name}>{person.name}</p>
            <p className="dim">
              {[ageSex(person, t), person.birthDate && t('clinic.identity', { date: longDate(person.birthDate, locale) })].filter(Boolean).join(', ')}
              {person.identifiers?.[0] && `, ${t('clinic.no', { value: person.identifiers[0].value })}`}
            </p>
            {person.deceased && <Tag tone="outline">{t('clinic.died', { date: longDate(person.deceased, locale) })}</Tag>}
            {allergies.slice(0, allergiesShown).map((entry) => saysNone(entry.code) ? <Tag key={entry.ref} tone="outline">{plainTitle(entry.title)}</Tag> : <AllergyTag key={entry.ref} title={entry.title} reaction={entry.text} />)}
            {allergies.length > allergiesShown && <Tag tone="urgent">+{allergies.length - allergiesShown}</Tag>}
            {chart.allergies.length === 0 && chart.view.sees.includes('allergies') && <Tag tone="outline">{t('clinic.noAllergies')}</Tag>}
            {languages.length > 0 && <Tag tone="outline" icon={<Icon name="globe" size={14} />}>{t('clinic.speaks', { list: listOf(languages, locale) })}</Tag>}
          </>
        )}
      </div>
      {children}
    </header>
  )
}

function nameOf(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code.split('-')[0] ?? code) ?? ''
  } catch {
    return code
  }
}
