import { queryOptions, useQuery } from '@tanstack/react-query'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { LinkButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import { api } from './calls'
import type { Appointment } from './types'

const questionsQuery = ({ patient, id }: Appointment) => queryOptions({
  queryKey: [...chartKey(patient), 'asked', id], retry: false,
  queryFn: () => take(api.GET('/charts/{patient}/visits/{id}/form', { params: { path: { patient, id } } })),
})

/** Whether it is known what is asked before a visit: a card that came earlier would grow. */
export const useQuestionsKnown = (visit: Appointment | undefined) => !useQuery({ ...questionsQuery(visit ?? ({ patient: '', id: '' } as Appointment)), enabled: Boolean(visit) }).isPending || !visit

/** The way to the questions that are put before a visit; nothing where none are, or they are somebody else's. */
export function QuestionsLink({ visit }: { visit: Appointment }) {
  const { t } = useWords()
  const asked = useQuery(questionsQuery(visit)).data
  if (!asked?.form || !asked.may) return null
  return <div><LinkButton variant="default" icon="list" to="/p/$patient/visits/$visit/questions" params={{ patient: visit.patient, visit: visit.id }}>{t(asked.state === 'done' ? 'appointment.questionsDone' : 'appointment.questions')}</LinkButton></div>
}
