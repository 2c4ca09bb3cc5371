import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { tagOf } from '../format/locale'
import type { PatientInfo } from '../api/types'
import { cockpitPath } from '../booking/paths'
import { appointmentsQuery } from '../booking/queries'
import { useWhenWords } from '../booking/words'
import { useMe } from '../shell/useMe'
import { LinkButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'

/** How to reach somebody: all that a front desk sees of a chart besides its visits. */
export function ContactPanel({ person }: { person: PatientInfo }) {
  const { t, locale } = useWords()
  const names = new Intl.DisplayNames(tagOf(locale), { type: 'language', fallback: 'code' })
  const lines: [string, string[]][] = [
    [t('clinic.phone'), person.phones ?? []],
    [t('clinic.email'), person.emails ?? []],
    [t('clinic.address'), person.address ? [person.address] : []],
    [t('clinic.language'), (person.languages ?? []).map(({ code }) => names.of(code.split('-')[0] ?? code) ?? code)],
    [t('clinic.number'), (person.identifiers ?? []).map(({ value }) => value)],
  ]
  return (
    <section className={css.panel} aria-label={t('clinic.contact')}>
      <h2>{t('clinic.contact')}</h2>
      <dl className={css.contact}>
        {lines.filter(([, values]) => values.length > 0).map(([name, values]) => (
          <div key={name}><dt>{name}</dt>{values.map((value) => <dd key={value}>{value}</dd>)}</div>
        ))}
      </dl>
    </section>
  )
}

/** Who of this record can come in, a page of its own; and what else starts from here. */
export function AccessPanel({ patient, children }: { patient: string; children?: ReactNode }) {
  const { t } = useWords()
  return <div className={css.panelLink}><LinkButton to="/clinic/p/$patient/invite" params={{ patient }} variant="default" icon="people">{t('clinic.accounts')}</LinkButton>{children}</div>
}

/** The visits to come; changing, cancelling and new ones have a page of their own. */
export function PlannedPanel({ patient }: { patient: string }) {
  const { t } = useWords()
  const roles = useMe().account.roles ?? []
  const desk = !roles.includes('clinician') && !roles.includes('nurse')
  const { dayTitle, time } = useWhenWords()
  const planned = useInfiniteQuery(appointmentsQuery(patient, 'coming'))
  const visits = planned.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className={css.panel} aria-label={t('clinic.planned')}>
      <div className={css.panelHead}>
        <h2>{t('clinic.planned')}{visits.length > 0 && <span className="meta">{visits.length}</span>}</h2>
        <LinkButton to="/clinic/p/$patient/book" params={{ patient }} variant={desk ? 'filled' : 'subtle'} icon="plus">{t('clinic.book')}</LinkButton>
      </div>
      {visits.length === 0 ? <p className={css.nothing}>{t('clinic.noPlanned')}</p> : (
        <table className={css.table}>
          <thead className="sr"><tr><th scope="col">{t('clinic.date')}</th><th scope="col">{t('clinic.visit')}</th></tr></thead>
          <tbody>
            {visits.map((visit) => {
              const when = t('appointment.at', { day: dayTitle(visit.start), time: time(visit.start) })
              return (
                <tr key={visit.id}>
                  <th scope="row">
                    {desk || visit.mode !== 'video' ? <Link to="/clinic/p/$patient/book" params={{ patient }}>{when}</Link> : <Link to={cockpitPath(visit)}>{when}</Link>}
                  </th>
                  <td>{[visit.practitioner.name, t(`appointment.${visit.mode}`), visit.reason].filter(Boolean).join('. ')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}
