import { ApiError } from '../api/problem'
import type { VisitSource } from './source'

const patienceMs = 6_000

/** Bytes from and to an address, for an estimate of what the line carries. */
export function lineAt(address: string, token: () => string): VisitSource['line'] {
  const call = async (init: RequestInit): Promise<Response> => {
    const response = await fetch(address, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(patienceMs), ...init })
    if (!response.ok) throw new ApiError({ status: response.status })
    return response
  }
  return {
    down: async () => (await (await call({})).arrayBuffer()).byteLength,
    up: (body) => call({ method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream', 'X-CSRF-Token': token() } }),
  }
}
