import type { PatientInfo } from '../api/types'
import { useWords } from '../ui/useWords'
import css from './chart.module.css'

/** How to reach somebody, for those whose work that is. */
export function ContactTable({ person }: { person: PatientInfo }) {
  const { t } = useWords()
  const rows = [
    ...(person.phones ?? []).map((value) => ({ name: t('clinic.phone'), value, href: `tel:${value.replace(/[^\d+]/g, '')}` })),
    ...(person.emails ?? []).map((value) => ({ name: t('clinic.email'), value, href: `mailto:${value}` })),
    ...(person.address ? [{ name: t('clinic.address'), value: person.address, href: undefined }] : []),
    ...(person.identifiers ?? []).map(({ label, value }) => ({ name: label || t('clinic.number'), value, href: undefined })),
  ]
  return (
    <section className={css.panel} aria-labelledby="contact">
      <h2 id="contact">{t('clinic.contact')}</h2>
      {rows.length === 0 ? <p className={css.nothing}>{t('clinic.noneRecorded')}</p> : (
        <table className={css.table}>
          <thead className="sr"><tr><th scope="col">{t('clinic.item')}</th><th scope="col">{t('clinic.value')}</th></tr></thead>
          <tbody>
            {rows.map(({ name, value, href }) => (
              <tr key={name + value}><th scope="row">{name}</th><td>{href ? <a href={href}>{value}</a> : value}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
