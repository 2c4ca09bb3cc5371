import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Entry } from '../api/types'
import { splitRef } from '../format/entry'

/** Goes to an entry's own page, in the chart that the address names. */
export function EntryLink({ patient, entry, className, children }: { patient: string; entry: Pick<Entry, 'ref'>; className?: string; children: ReactNode }) {
  const { type, id } = splitRef(entry.ref)
  return <Link to="/p/$patient/entries/$type/$id" params={{ patient, type, id }} className={className}>{children}</Link>
}
