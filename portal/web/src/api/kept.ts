// What was typed and is not at the clinic yet stays in this tab until it is there, also when the page is loaded
// again. It belongs to one account: whoever signs in next in the same tab finds nothing of it. What lies in the
// browser's storage is sealed with a key that only a signed-in page is given, so who reads the storage reads nothing.
const prefix = 'housecall.unsent.'
const ivBytes = 12

interface Open {
  account: string
  /** Missing: the browser cannot seal, and a text lasts as long as the page. */
  key: CryptoKey | undefined
  texts: Map<string, string>
}
let open: Open | undefined
let writing: Promise<unknown> = Promise.resolve()

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
const textOf = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
const sealing = (place: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(place) })

function places(begin: string): string[] {
  const all = Array.from({ length: window.sessionStorage.length }, (_, n) => window.sessionStorage.key(n) ?? '')
  return all.filter((name) => name.startsWith(begin))
}

/** Reads what the tab kept of an account, before a page asks for it. */
export async function openKept(account: string, keyText: string): Promise<void> {
  if (open?.account === account) return
  const texts = new Map<string, string>()
  // Only a page that came over TLS, or from this machine, has it.
  const key = await crypto.subtle?.importKey('raw', bytesOf(keyText), 'AES-GCM', false, ['encrypt', 'decrypt'])
  for (const place of key ? places(`${prefix}${account}.`) : []) {
    try {
      const sealed = bytesOf(window.sessionStorage.getItem(place) ?? '')
      texts.set(place, new TextDecoder().decode(await crypto.subtle.decrypt(sealing(place, sealed.slice(0, ivBytes)), key, sealed.slice(ivBytes))))
    } catch {
      window.sessionStorage.removeItem(place) // nobody's any more
    }
  }
  open = { account, key, texts }
}

export function kept<T>(account: string, name: string): T | undefined {
  const text = open?.account === account ? open.texts.get(`${prefix}${account}.${name}`) : undefined
  return text === undefined ? undefined : (JSON.parse(text) as T)
}

export function keep(account: string, name: string, value: unknown): void {
  if (open?.account !== account) return
  const { key, texts } = open
  const place = `${prefix}${account}.${name}`
  if (value === undefined) texts.delete(place)
  else texts.set(place, JSON.stringify(value))
  // One after the other, each with what is the latest then.
  if (key) writing = writing.then(() => store(place, key, texts)).catch(() => undefined)
}

async function store(place: string, key: CryptoKey, texts: Map<string, string>): Promise<void> {
  const text = texts.get(place)
  if (text === undefined) {
    window.sessionStorage.removeItem(place)
    return
  }
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const sealed = new Uint8Array(await crypto.subtle.encrypt(sealing(place, iv), key, new TextEncoder().encode(text)))
  const both = new Uint8Array(ivBytes + sealed.length)
  both.set(iv)
  both.set(sealed, ivBytes)
  window.sessionStorage.setItem(place, textOf(both))
}

/** Nothing of anybody is left in this page's memory. */
export function closeKept(): void {
  open = undefined
}
/** When what was kept lies in the storage. */
export const keptWritten = (): Promise<unknown> => writing
