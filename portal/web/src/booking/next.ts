import { queryOptions } from '@tanstack/react-query'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { api } from './calls'

/** The visit that comes next. Whoever may not see visits has none. */
export const nextVisitQuery = (patient: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'appointments', 'next'],
    queryFn: () => take(api.GET('/charts/{patient}/appointments', { params: { path: { patient }, query: { when: 'coming', limit: 1 } } })),
  })
