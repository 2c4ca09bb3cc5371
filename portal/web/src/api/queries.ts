import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, setCsrf, take } from './client'
import { openKept } from './kept'

// Keys begin with what a live hint names: ['chart', patient, ..] is made stale as a whole.
export const chartKey = (patient: string) => ['chart', patient] as const

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await take(api.GET('/me', {}))
    setCsrf(me.csrf)
    await openKept(me.account.id, me.session.keepKey)
    return me
  },
  staleTime: 60_000,
})

export const chartQuery = (patient: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'summary'],
    queryFn: () => take(api.GET('/charts/{patient}', { params: { path: { patient } } })),
  })

export const timelineQuery = (patient: string, kind: string, q: string) =>
  infiniteQueryOptions({
    queryKey: [...chartKey(patient), 'timeline', kind, q],
    queryFn: ({ pageParam }) =>
      take(
        q
          ? api.POST('/charts/{patient}/timeline/search', { params: { path: { patient } }, body: { kind, words: q, ...(pageParam && { cursor: pageParam }), limit: 30 } })
          : api.GET('/charts/{patient}/timeline', { params: { path: { patient }, query: { kind, ...(pageParam && { cursor: pageParam }), limit: 30 } } }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const sectionQuery = (patient: string, category: string) =>
  infiniteQueryOptions({
    queryKey: [...chartKey(patient), 'section', category],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/charts/{patient}/sections/{category}', {
          params: { path: { patient, category }, query: { ...(pageParam && { cursor: pageParam }), limit: 50 } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const trendQuery = (patient: string, key: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'trend', key],
    queryFn: () => take(api.GET('/charts/{patient}/trends/{key}', { params: { path: { patient, key } } })),
  })

export const entryQuery = (patient: string, type: string, id: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'entry', type, id],
    queryFn: () => take(api.GET('/charts/{patient}/entries/{type}/{id}', { params: { path: { patient, type, id } } })),
  })

export const accessQuery = (patient: string) =>
  infiniteQueryOptions({
    // Not under the chart's key: looking at this list is itself an access, and must not feed itself.
    queryKey: ['access', patient],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/charts/{patient}/access', {
          params: { path: { patient }, query: { ...(pageParam && { cursor: pageParam }), limit: 50 } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const grantsQuery = (patient: string) =>
  queryOptions({
    queryKey: [...chartKey(patient), 'grants'],
    queryFn: () => take(api.GET('/charts/{patient}/grants', { params: { path: { patient } } })),
  })

export const devicesQuery = queryOptions({ queryKey: ['me', 'sessions'], queryFn: () => take(api.GET('/me/sessions', {})) })
export const passkeysQuery = queryOptions({ queryKey: ['me', 'passkeys'], queryFn: () => take(api.GET('/me/passkeys', {})) })
export const outsideQuery = queryOptions({ queryKey: ['me', 'outside'], queryFn: () => take(api.GET('/me/outside', {})) })
export const recoveryQuery = queryOptions({ queryKey: ['me', 'recovery-codes'], queryFn: () => take(api.GET('/me/recovery-codes', {})) })
export const addressQuery = queryOptions({ queryKey: ['me', 'address'], queryFn: () => take(api.GET('/me/address', {})) })
export const totpQuery = queryOptions({ queryKey: ['me', 'totp'], queryFn: () => take(api.GET('/me/totp', {})) })

export const patientsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['clinic', 'patients', q],
    queryFn: ({ pageParam }) =>
      take(
        q
          ? api.POST('/clinic/patients/search', { body: { words: q, ...(pageParam && { cursor: pageParam }), limit: 25 } })
          : api.GET('/clinic/patients', { params: { query: { ...(pageParam && { cursor: pageParam }), limit: 25 } } }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })

export const healthQuery = queryOptions({
  queryKey: ['admin', 'health'],
  queryFn: () => take(api.GET('/admin/health', {})),
  refetchInterval: 30_000,
})
