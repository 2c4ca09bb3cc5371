export type Bytes = Uint8Array<ArrayBuffer>

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text)

export function join(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))

export const toText = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/** Undefined for what is no base64. */
export function fromText(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  } catch {
    return undefined
  }
}

export const hash = async (...parts: string[]): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(JSON.stringify(parts))))

/** HKDF (RFC 5869) with SHA-256. */
export async function derive(secret: Bytes, what: string, length: number): Promise<Bytes> {
  const from = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(what) }, from, length * 8))
}

export const aesKey = (raw: Bytes): Promise<CryptoKey> => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
