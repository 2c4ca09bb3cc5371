import { useQuery } from '@tanstack/react-query'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { LinkButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import { api } from './calls'
import type { Appointment } from './types'

/** The way to the questions that are put before a visit; nothing where none are, or they are somebody else's. */
export function QuestionsLink({ visit }: { visit: Appointment }) {
  const { t } = useWords()
  const asked = useQuery({
    queryKey: [...chartKey(visit.patient), 'asked', visit.id], retry: false,
    queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/form', { params: { path: { patient: visit.patient, id: visit.id } } })),
  }).data
  if (!asked?.form || !asked.may) return null
  return <div><LinkButton variant="default" icon="list" to="/p/$patient/visits/$visit/questions" params={{ patient: visit.patient, visit: visit.id }}>{t(asked.state === 'done' ? 'appointment.questionsDone' : 'appointment.questions')}</LinkButton></div>
}
