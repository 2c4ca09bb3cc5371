import { useQuery } from '@tanstack/react-query'
import { NotePane } from '../cockpit/NotePane'
import type { Room } from '../cockpit/useRoom'
import { WhereNow } from '../cockpit/WhereNow'
import { Button } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { visitQuery } from '../visits/queries'
import type { GroupVisit, Member } from './calls'
import css from './groups.module.css'

/** One member's own note, in their own chart, and where they are now. */
export function MemberNote({ group, member, room, onBack }: { group: GroupVisit; member: Member; room: Room; onBack(): void }) {
  const { t } = useWords()
  const visit = useQuery(visitQuery(member.patient, member.visit))
  return (
    <>
      <div className={css.noteHead}>
        <h2>{t('groups.noteOf', { name: member.name })}</h2>
        <Button variant="subtle" icon="back" onClick={onBack}>{t('groups.back')}</Button>
        <WhereNow visit={{ ...group, patientName: member.name, people: group.people.filter((person) => person.visit === member.visit) }} />
      </div>
      {visit.data ? <NotePane patient={member.patient} visit={visit.data} room={room} />
        : visit.error ? <LoadError error={visit.error} onRetry={() => void visit.refetch()} /> : <Skeleton heights={[60, 120, 120]} />}
    </>
  )
}
