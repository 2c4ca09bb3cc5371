import { useMutation, useQueryClient } from '@tanstack/react-query'
import { worklistKey } from './calls'

/** A decision; afterwards the lists are read again, whoever was faster. */
export function useDecision<T>(act: (value: T) => Promise<unknown>, onDone?: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: onDone,
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: worklistKey }), queries.invalidateQueries({ queryKey: ['chart'] })]),
  })
}
