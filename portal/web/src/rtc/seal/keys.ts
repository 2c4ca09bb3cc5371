import { aesKey, derive, fromText, hash, join, random, toText, utf8, type Bytes } from './bytes'

const curve = { name: 'ECDH', namedCurve: 'P-256' } as const
const ivBytes = 12
const secretBytes = 32

/** One page's part in one visit: made when it joins, gone when it leaves, kept nowhere. */
export interface Self { inst: string; pub: string; pair: CryptoKeyPair }

export async function newSelf(): Promise<Self> {
  const pair = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
  return { inst: toText(random(9)), pub: toText(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))), pair }
}

export const newSecret = (): Bytes => random(secretBytes)

/** By which two pages wrap secrets for one another, each way with its own key. */
export interface Between { out: CryptoKey; in: CryptoKey }

/** Undefined when the other's key is none. */
export async function between(visit: string, self: Self, other: { inst: string; pub: string }): Promise<Between | undefined> {
  const raw = fromText(other.pub)
  if (!raw) return undefined
  try {
    const pub = await crypto.subtle.importKey('raw', raw, curve, false, [])
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: pub }, self.pair.privateKey, 256))
    const way = async (from: string, to: string) => aesKey(await derive(shared, JSON.stringify(['housecall wrap 1', visit, from, to]), 32))
    return { out: await way(self.inst, other.inst), in: await way(other.inst, self.inst) }
  } catch {
    return undefined
  }
}

export async function box(key: CryptoKey, what: Bytes, about: string): Promise<string> {
  const iv = random(ivBytes)
  return toText(join(iv, new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(about) }, key, what))))
}

export async function unbox(key: CryptoKey, text: string, about: string): Promise<Bytes | undefined> {
  const all = fromText(text)
  if (!all || all.length <= ivBytes) return undefined
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: all.subarray(0, ivBytes), additionalData: utf8(about) }, key, all.subarray(ivBytes)))
  } catch {
    return undefined
  }
}

/** Words are sealed apart from frames. */
export const wordsKey = async (secret: Bytes): Promise<CryptoKey> => aesKey(await derive(secret, 'housecall words 1', 32))

export interface Member { seat: string; inst: string; pub: string }

/** Who is in it, and with which keys: the same for all of them, or somebody is lied to. */
export async function circleOf(visit: string, members: Member[]): Promise<string> {
  const list = members.map(({ seat, inst, pub }) => JSON.stringify([seat, inst, pub])).sort()
  return toText(await hash('housecall circle 1', visit, ...list))
}

export const commitTo = async (circle: string, inst: string, chance: string): Promise<string> => toText(await hash('housecall commit 1', circle, inst, chance))

/** Twelve digits in four groups, made of all keys and of what everybody put in by chance. */
export async function codeOf(circle: string, chances: string[]): Promise<string> {
  const view = new DataView((await hash('housecall code 1', circle, ...chances.toSorted())).buffer)
  return (view.getBigUint64(0) % 1_000_000_000_000n).toString().padStart(12, '0').replace(/(\d{3})(?=\d)/g, '$1 ')
}
