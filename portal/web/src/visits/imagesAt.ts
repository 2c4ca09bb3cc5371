import { sendFile } from '../api/sendFile'
import type { VisitSource } from './source'
import type { ChatLine } from './types'

/** The pictures of a chat below an address: each is a line with the same id, so that a second try is no second picture. */
export const imagesAt = (address: string, token: () => string): VisitSource['images'] => ({
  at: (id) => `${address}/chat/images/${id}`,
  share: (id, body, sending, seat) => sendFile<ChatLine>(`${address}/chat/images/${id}${seat ? `?seat=${seat}` : ''}`, body, token(), sending),
})
