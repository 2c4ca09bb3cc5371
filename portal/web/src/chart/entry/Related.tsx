import { Link } from '@tanstack/react-router'
import type { Entry } from '../../api/types'
import { splitRef } from '../../format/entry'
import { Card, SectionHead } from '../../ui/Card'
import { useWords } from '../../ui/useWords'
import { EntryRow } from '../EntryRow'
import { headline, subline } from '../entryWords'
import row from '../../ui/row.module.css'

/** What belongs to this entry: a visit's results and notes, a result's visit. */
export function Related({ patient, entries, title, dense }: { patient: string; entries: Entry[]; title: string; dense: boolean }) {
  if (entries.length === 0) return null
  return (
    <section aria-label={title}>
      <SectionHead title={title} />
      <Card rows>{entries.map((entry) => (dense ? <DenseRow key={entry.ref} patient={patient} entry={entry} /> : <EntryRow key={entry.ref} patient={patient} entry={entry} />))}</Card>
    </section>
  )
}

function DenseRow({ patient, entry }: { patient: string; entry: Entry }) {
  const { t } = useWords()
  const { type, id } = splitRef(entry.ref)
  return (
    <Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient, type, id }} className={row.row} style={{ minHeight: 36, padding: '5px 12px' }}>
      <span className={row.body}><b>{headline(entry, t)}</b> <span className="dim">{subline(entry, t)}</span></span>
    </Link>
  )
}
