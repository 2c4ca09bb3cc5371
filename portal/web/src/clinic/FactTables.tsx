import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import type { Chart, Entry } from '../api/types'
import { clinicalTitle, medicineWhy, severityWord, statusWord, subline } from '../chart/entryWords'
import { shortDate, yearOf } from '../format/date'
import { splitActive, splitRef } from '../format/entry'
import { plainTitle } from '../format/titles'
import { useWords, type Words } from '../ui/useWords'
import css from './chart.module.css'
import { fits } from './filter'
import { Panel } from './Panel'

interface TableProps { patient: string; entries: Entry[]; filter: string }
interface Shape {
  title: string
  heads: [string, string, string]
  /** What stands in the middle and at the end of a row. */
  middle: (entry: Entry, words: Words) => ReactNode
  end: (entry: Entry, words: Words) => ReactNode
  /** Keeps what is over closed until asked. */
  fold?: boolean
}

function FactTable({ patient, entries, filter, shape }: TableProps & { shape: Shape }) {
  const words = useWords()
  const { t } = words
  const [all, setAll] = useState(false)
  const fitting = entries.filter((entry) => fits(filter, entry.title, clinicalTitle(entry, t), entry.text, entry.who, entry.reason, entry.code?.code))
  const { now, before } = shape.fold ? splitActive(fitting) : { now: fitting, before: [] }
  // A search looks at everything.
  const shown = all || filter || now.length === 0 ? [...now, ...before] : now
  if (filter && fitting.length === 0) return null
  return (
    <Panel title={shape.title} count={entries.length} empty={entries.length === 0}>
      <table className={css.table}>
        <thead className="sr"><tr>{shape.heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
        <tbody>
          {shown.map((entry) => {
            const { type, id } = splitRef(entry.ref)
            return (
              <tr key={entry.ref} data-over={(shape.fold && !entry.active) || undefined}>
                <th scope="row"><Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient, type, id }}>{clinicalTitle(entry, t)}</Link></th>
                <td>{shape.middle(entry, words)}</td>
                <td className={css.date}>{shape.end(entry, words)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {before.length > 0 && now.length > 0 && !filter && (
        <button type="button" className={css.fold} aria-expanded={all} onClick={() => setAll(!all)}>{all ? t('clinic.hideInactive') : t('clinic.showInactive', { count: before.length })}</button>
      )}
    </Panel>
  )
}

const day = (entry: Entry, { locale, clock }: Words) => shortDate(entry.at, locale, clock.zone)

export function ProblemTable(props: TableProps) {
  const { t } = useWords()
  return (
    <FactTable {...props} shape={{
      title: t('clinic.problems'), heads: [t('clinic.problem'), t('clinic.status'), t('clinic.since')], fold: true,
      middle: (entry) => [severityWord(entry.severity, t), entry.active ? '' : statusWord(entry.status, t)].filter(Boolean).join(', '),
      end: (entry) => (entry.active ? t('since', { date: yearOf(entry.at) }) : [yearOf(entry.at), yearOf(entry.end)].filter(Boolean).join('–')),
    }} />
  )
}
export function MedicineTable(props: TableProps) {
  const { t } = useWords()
  return (
    <FactTable {...props} shape={{
      title: t('clinic.medicines'), heads: [t('clinic.medicine'), t('clinic.how'), t('clinic.since')], fold: true,
      middle: (entry) => [entry.text, medicineWhy(entry, t)].filter(Boolean).join('. '),
      end: (entry, words) => (entry.active ? day(entry, words) : entry.end ? t('record.stoppedOn', { date: shortDate(entry.end, words.locale, words.clock.zone) }) : statusWord(entry.status, t)),
    }} />
  )
}
export function VaccineTable(props: TableProps) {
  const { t } = useWords()
  return <FactTable {...props} shape={{ title: t('clinic.vaccines'), heads: [t('clinic.vaccine'), t('clinic.who'), t('clinic.date')], middle: (entry) => entry.who ?? entry.place ?? '', end: day }} />
}
export function VisitTable(props: TableProps) {
  const { t } = useWords()
  return <FactTable {...props} shape={{ title: t('clinic.visits'), heads: [t('clinic.visit'), t('clinic.who'), t('clinic.date')], middle: (entry) => [entry.reason && plainTitle(entry.reason), entry.who].filter(Boolean).join('. '), end: day }} />
}
export function DocumentTable(props: TableProps) {
  const { t } = useWords()
  return <FactTable {...props} shape={{ title: t('clinic.documents'), heads: [t('clinic.title'), t('clinic.who'), t('clinic.date')], middle: (entry) => entry.who ?? entry.place ?? '', end: day }} />
}
export function CareTable(props: TableProps) {
  const { t } = useWords()
  return <FactTable {...props} shape={{ title: t('clinic.careplan'), heads: [t('clinic.item'), t('clinic.status'), t('clinic.date')], fold: true, middle: (entry) => subline(entry, t) || statusWord(entry.status, t), end: day }} />
}

export function TeamTable({ team, filter }: { team: Chart['team']; filter: string }) {
  const { t } = useWords()
  const shown = team.filter((person) => fits(filter, person.name, person.role))
  if (shown.length === 0) return null
  return (
    <Panel title={t('clinic.team')} empty={false}>
      <table className={css.table}>
        <thead className="sr"><tr><th scope="col">{t('clinic.name')}</th><th scope="col">{t('clinic.role')}</th></tr></thead>
        <tbody>
          {shown.map((person) => (
            <tr key={`${person.name}-${person.role}`}><th scope="row">{person.name}</th><td>{person.role}</td></tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}
