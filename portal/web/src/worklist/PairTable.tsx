import type { PatientInfo } from '../api/types'
import { longDate } from '../format/date'
import { useWords } from '../ui/useWords'
import css from './worklist.module.css'

export type Side = Partial<PatientInfo> & { name: string; source?: string; count?: number }

/** Two people side by side: what contradicts is marked, in words too, where they may be one. */
export function PairTable({ heads, sides, name, mark = true }: { heads: [string, string]; sides: [Side, Side]; name: string; mark?: boolean }) {
  const { t, locale, clock } = useWords()
  const rows: [string, (of: Side) => string][] = [
    [t('clinic.name'), (of) => of.name],
    [t('clinic.born'), (of) => longDate(of.birthDate, locale, clock.zone) ?? ''],
    [t('work.sex'), (of) => (of.sex ? t(`sex.${of.sex as 'male'}`, { defaultValue: of.sex }) : '')],
    [t('clinic.address'), (of) => of.address ?? ''],
    [t('clinic.phone'), (of) => (of.phones ?? []).join(', ')],
    [t('clinic.email'), (of) => (of.emails ?? []).join(', ')],
    [t('clinic.number'), (of) => (of.identifiers ?? []).map(({ value }) => value).join(', ')],
    [t('work.from'), (of) => of.source ?? ''],
    [t('work.entries'), (of) => (of.count === undefined ? '' : String(of.count))],
  ]
  // What is counted of a record does not tell two people apart.
  const plain: string[] = [t('work.from'), t('work.entries')]
  return (
    <table className={css.pair} aria-label={name}>
      <thead><tr><td /><th scope="col">{heads[0]}</th><th scope="col">{heads[1]}</th></tr></thead>
      <tbody>
        {rows.filter(([, of]) => of(sides[0]) || of(sides[1])).map(([label, of]) => {
          const [one, other] = [of(sides[0]), of(sides[1])]
          const differs = mark && one !== other && one !== '' && other !== '' && !plain.includes(label)
          return (
            <tr key={label} data-differs={differs || undefined}>
              <th scope="row">{label}{differs && <span className={css.differs}>{t('work.differs')}</span>}</th><td>{one || '–'}</td><td>{other || '–'}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
