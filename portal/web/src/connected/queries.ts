import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, take } from '../api/client'

export const appsQuery = queryOptions({ queryKey: ['me', 'apps'], queryFn: () => take(api.GET('/me/apps', {})) })

export const appReadsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['me', 'apps', id, 'reads'],
    queryFn: ({ pageParam }) => take(api.GET('/me/apps/{id}/reads', { params: { path: { id }, query: { ...(pageParam && { cursor: pageParam }), limit: 10 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
