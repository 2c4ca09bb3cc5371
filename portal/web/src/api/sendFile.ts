import { activity } from './activity'
import { apiLanguage } from './client'
import { ApiError } from './problem'
import type { Problem } from './types'

export interface Sending { onProgress: (part: number) => void; signal: AbortSignal }

/** Puts a whole file to an address and tells how far it is, which fetch does not. */
export function sendFile<T>(address: string, body: Blob, csrf: string, { onProgress, signal }: Sending, title?: string): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    // Not in the address: what a file is called may say what somebody has.
    if (title !== undefined) request.setRequestHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(title)}`)
    request.setRequestHeader('Content-Type', body.type)
    request.setRequestHeader('Accept-Language', apiLanguage())
    request.setRequestHeader('X-CSRF-Token', csrf)
    request.setRequestHeader('X-Activity', '1')
    activity.told()
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status < 300) done(JSON.parse(request.responseText) as T)
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
