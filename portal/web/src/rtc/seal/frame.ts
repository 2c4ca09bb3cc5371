import { aesKey, derive, join, type Bytes } from './bytes'

// A sealed frame: clear bytes | sealed bytes and their tag | id of the key | number. What is clear
// and what stands at the end is authenticated with the rest. PROTOCOL.md, "Sealed frames".

export type Sort = 'audio' | 'video'
export interface FrameKey { id: number; seat: string; key: CryptoKey; salt: Bytes }

const keyBytes = 32
const saltBytes = 12
const idBytes = 4
const tail = 8
const tagBytes = 16
export const lastNumber = 0xffff_ffff

/** Everything that frames of one sender's secret are sealed with. The id says at the other end whose it is. */
export async function frameKey(secret: Bytes, seat: string): Promise<FrameKey> {
  const all = await derive(secret, 'housecall frame 1', keyBytes + saltBytes + idBytes)
  return {
    id: new DataView(all.buffer).getUint32(keyBytes + saltBytes), seat, key: await aesKey(all.slice(0, keyBytes)), salt: all.slice(keyBytes, keyBytes + saltBytes),
  }
}

/**
 * How much of a frame stays clear: of VP8 the frame header (RFC 7741, section 4.3), by which a room
 * knows a key frame and a receiver its size. Nobody on the way needs anything of Opus.
 */
export function clearBytes(sort: Sort, data: Uint8Array): number {
  if (sort === 'audio') return 0
  return ((data[0] ?? 0) & 1) === 0 ? 10 : 3
}

function nonce({ salt }: FrameKey, number: number): Bytes {
  const out = salt.slice()
  const view = new DataView(out.buffer)
  view.setUint32(8, view.getUint32(8) ^ number)
  return out
}

const bound = (clear: Uint8Array, end: Uint8Array, sort: Sort): Bytes => join(clear, end, Uint8Array.of(sort === 'audio' ? 0 : 1))

/** No number may be used twice with a key. */
export async function sealFrame(key: FrameKey, number: number, sort: Sort, data: Bytes): Promise<Bytes> {
  const clear = data.subarray(0, clearBytes(sort, data))
  if (clear.length < clearBytes(sort, data)) throw new RangeError('no frame of VP8 is so short')
  const end = new Uint8Array(tail)
  const view = new DataView(end.buffer)
  view.setUint32(0, key.id)
  view.setUint32(idBytes, number)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(key, number), additionalData: bound(clear, end, sort) }, key.key, data.subarray(clear.length))
  return join(clear, new Uint8Array(sealed), end)
}

export interface Opened { seat: string; id: number; number: number; data: Bytes }

/** Undefined for what was not sealed with one of the keys, or was changed on the way. */
export async function openFrame(ring: ReadonlyMap<number, FrameKey>, sort: Sort, data: Bytes): Promise<Opened | undefined> {
  if (data.length < tagBytes + tail) return undefined
  const end = data.subarray(data.length - tail)
  const view = new DataView(end.buffer, end.byteOffset)
  const key = ring.get(view.getUint32(0))
  const number = view.getUint32(idBytes)
  const clear = data.subarray(0, clearBytes(sort, data))
  const sealed = data.subarray(clear.length, data.length - tail)
  if (!key || sealed.length < tagBytes) return undefined
  try {
    const open = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(key, number), additionalData: bound(clear, end, sort) }, key.key, sealed)
    return { seat: key.seat, id: key.id, number, data: join(clear, new Uint8Array(open)) }
  } catch {
    return undefined
  }
}

// The room shows what it kept since a key frame to who looks again, but never sound twice.
const oldPictures = 8_192
const oldSounds = 512

/** What came before is not taken as if it came now. */
export class Replays {
  private readonly newest = new Map<string, number>()
  private readonly heard = new Map<number, Set<number>>()

  fresh({ id, number }: Pick<Opened, 'id' | 'number'>, sort: Sort): boolean {
    const at = `${id} ${sort}`
    const newest = this.newest.get(at) ?? number
    if (newest - number > (sort === 'audio' ? oldSounds : oldPictures)) return false
    this.newest.set(at, Math.max(newest, number))
    if (sort === 'video') return true
    const seen = this.heard.get(id) ?? new Set<number>()
    this.heard.set(id, seen)
    if (seen.has(number)) return false
    seen.add(number)
    if (seen.size > 2 * oldSounds) for (const old of seen) if (newest - old > oldSounds) seen.delete(old)
    return true
  }

  forget(id: number): void {
    this.heard.delete(id)
    this.newest.delete(`${id} audio`)
    this.newest.delete(`${id} video`)
  }
}
