import type { Problem } from './types'

/** What the server refused, or that it could not be reached. `message` is fit to show. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly id: string
  readonly fields: { location?: string; message: string }[]

  constructor(problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? '')
    this.name = 'ApiError'
    this.status = problem.status ?? 0
    this.code = problem.code ?? (this.status === 0 ? 'unreachable' : '')
    this.id = problem.id ?? ''
    this.fields = problem.errors ?? []
  }

  get unreachable(): boolean {
    return this.status === 0
  }
}

export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401
export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 410)
export const needsStepUp = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 403 && error.code === 'step_up'

/** Reads a refused answer; whatever came, the reader gets an ApiError. */
export async function problemOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.clone().json()) as Problem
    return new ApiError({ ...body, status: response.status })
  } catch {
    return new ApiError({ status: response.status })
  }
}
