import { infiniteQueryOptions } from '@tanstack/react-query'
import type { Client } from 'openapi-fetch'
import { api as client, take } from '../api/client'
import type { Block, Blocks, Create, Do, Get } from '../api/types'

/** A court's paper that keeps somebody out of a chart. Of one chart the list also says whose it is, before somebody writes a paper down. */
export type { Block, Blocks } from '../api/types'

interface Paths {
  '/clinic/blocks': Get<'/clinic/blocks', Blocks> & Create<'/clinic/blocks', Block>
  '/clinic/blocks/{id}/lift': Do<'/clinic/blocks/{id}/lift', 'post'>
}
export const api = client as unknown as Client<Paths>

export const blocksKey = ['clinic', 'blocks'] as const
export const blocksQuery = (patient = '') => infiniteQueryOptions({
  queryKey: [...blocksKey, patient],
  queryFn: ({ pageParam }) => take(api.GET('/clinic/blocks', { params: { query: { ...(patient && { patient }), ...(pageParam && { cursor: pageParam }), limit: 20 } } })),
  initialPageParam: '',
  getNextPageParam: (last: Blocks) => last.next || undefined,
})
