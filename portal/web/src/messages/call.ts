import { ApiError } from '../api/problem'

/** Whom somebody should call before they wait for an answer. */
export type Call = 'emergency' | 'crisis'

/** Whether the server took nothing because the words may mean danger, and whom it says to call. */
export function callOf(error: unknown): Call | undefined {
  if (!(error instanceof ApiError) || error.status !== 409) return undefined
  return error.code === 'call-crisis' ? 'crisis' : error.code === 'call-emergency' ? 'emergency' : undefined
}
