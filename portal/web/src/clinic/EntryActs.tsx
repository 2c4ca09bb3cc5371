import type { EntryDetail } from '../api/types'
import { splitRef } from '../format/entry'
import { LinkButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './acts.module.css'
import { HoldCard } from './HoldCard'

/** What staff do about an entry as a whole: keep it from the patient for a while, move it to whom it belongs to. */
export function EntryActs({ patient, detail }: { patient: string; detail: EntryDetail }) {
  const { t } = useWords()
  const { type, id } = splitRef(detail.entry.ref)
  return (
    <div className={`${css.entry} no-print`}>
      <HoldCard patient={patient} detail={detail} />
      <LinkButton to="/clinic/p/$patient/entries/$type/$id/move" params={{ patient, type, id }} variant="subtle" icon="people">{t('clinic.moveEntry')}</LinkButton>
    </div>
  )
}
