import { queryOptions } from '@tanstack/react-query'
import { take } from '../api/client'
import { api } from '../booking/calls'

export const dayQuery = (date: string, whose: 'me' | 'all') =>
  queryOptions({
    // The live topic `day` makes everything below ['clinic', 'day'] stale.
    queryKey: ['clinic', 'day', date, whose],
    queryFn: () => take(api.GET('/clinic/day', { params: { query: { date, whose } } })),
    refetchInterval: 60_000,
  })
