import { apiLanguage, csrfToken } from '../api/client'
import { activity } from '../api/activity'
import { ApiError } from '../api/problem'
import type { Problem } from '../api/types'
import type { Attachment } from './types'

export const fileAddress = (patient: string, id: string): string => `/api/v1/charts/${patient}/binaries/${id}`

export const smallAddress = (patient: string, id: string): string => `${fileAddress(patient, id)}/thumbnail`

/** Sends a file and tells how far it is. The id is ours, so that a second try is no second file. */
export function upload(patient: string, id: string, title: string, body: Blob, onProgress: (part: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((done, failed) => {
    // fetch does not tell how far a request is.
    const request = new XMLHttpRequest()
    request.open('PUT', fileAddress(patient, id))
    // Not in the address: what a file is called may say what somebody has.
    request.setRequestHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(title)}`)
    request.setRequestHeader('Content-Type', body.type)
    request.setRequestHeader('Accept-Language', apiLanguage())
    request.setRequestHeader('X-CSRF-Token', csrfToken())
    request.setRequestHeader('X-Activity', '1')
    activity.told()
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status < 300) done(JSON.parse(request.responseText) as Attachment)
      else failed(new ApiError({ ...problemIn(request.responseText), status: request.status }))
    }
    request.onerror = () => failed(new ApiError({ status: 0 }))
    signal.addEventListener('abort', () => request.abort())
    request.send(body)
  })
}

function problemIn(text: string): Partial<Problem> {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return {}
  }
}
