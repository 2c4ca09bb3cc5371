import { csrfToken } from '../api/client'
import { sendFile } from '../api/sendFile'
import type { Attachment } from './types'

export const fileAddress = (patient: string, id: string): string => `/api/v1/charts/${patient}/binaries/${id}`

export const smallAddress = (patient: string, id: string): string => `${fileAddress(patient, id)}/thumbnail`

/** Sends a file and tells how far it is. The id is ours, so that a second try is no second file. */
export const upload = (patient: string, id: string, title: string, body: Blob, onProgress: (part: number) => void, signal: AbortSignal): Promise<Attachment> =>
  sendFile<Attachment>(fileAddress(patient, id), body, csrfToken(), { onProgress, signal }, title)
