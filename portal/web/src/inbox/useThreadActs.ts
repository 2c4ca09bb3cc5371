import { useMutation, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { meQuery } from '../api/queries'
import { api } from '../messages/calls'
import { inboxKey, messagesKey } from '../messages/queries'

export type Act = 'claim' | 'release' | 'close' | 'reopen'

/** What the clinic does with a conversation besides writing into it. */
export function useThreadActs(onDone: (act: Act, thread: { patient: string; id: string }) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ act, patient, id }: { act: Act; patient: string; id: string }) => {
      const params = { path: { patient, thread: id } }
      switch (act) {
        case 'claim': return take(api.POST('/clinic/inbox/{patient}/{thread}/claim', { params }))
        case 'release': return take(api.POST('/clinic/inbox/{patient}/{thread}/release', { params }))
        case 'close': return take(api.POST('/charts/{patient}/threads/{thread}/close', { params }))
        case 'reopen': return take(api.POST('/charts/{patient}/threads/{thread}/reopen', { params }))
      }
    },
    onSuccess: (_, { act, patient, id }) => onDone(act, { patient, id }),
    // Refused or not: somebody else may have been faster, and then the page should show it.
    // What was closed is left for the next one, and read anew when it is opened again.
    onSettled: (_, error, { act, patient }) => {
      void queries.invalidateQueries({ queryKey: messagesKey(patient), refetchType: act === 'close' && !error ? 'none' : 'active' })
      void queries.invalidateQueries({ queryKey: inboxKey })
      void queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true })
    },
  })
}
