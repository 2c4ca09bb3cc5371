// The real data beside the repository. Without it a test says what it leaves out; in CI it fails.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import { root } from '../e2e/harness/paths.mjs'

const place = (parts) => path.join(root, '..', 'shared', 'data', ...parts)

/** A test that needs these decks, each a path below the data. */
export function testWith(decks, name, body) {
  const missing = decks.filter((deck) => !existsSync(place([deck])))
  const skip = missing.length > 0 && process.env.CI !== 'true' && `left out: ${missing.join(', ')} is not beside the repository`
  test(name, { skip, timeout: 300_000 }, body)
}

export const deckPath = (...parts) => place(parts)
export const deckFiles = (folder, suffix) => readdirSync(place([folder])).filter((name) => name.endsWith(suffix)).sort()
export const readGzip = (...parts) => gunzipSync(readFileSync(place(parts))).toString('utf8')

/** The files of a zip by name (APPNOTE 4.3.12: the central directory; nothing here is larger than 4 GB or encrypted). */
export function readZip(...parts) {
  const b = readFileSync(place(parts))
  const files = new Map()
  const end = b.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  for (let at = b.readUInt32LE(end + 16), n = b.readUInt16LE(end + 10); n > 0; n--) {
    const [method, size, name, extra, comment, local] = [b.readUInt16LE(at + 10), b.readUInt32LE(at + 20), b.readUInt16LE(at + 28), b.readUInt16LE(at + 30), b.readUInt16LE(at + 32), b.readUInt32LE(at + 42)]
    const from = local + 30 + b.readUInt16LE(local + 26) + b.readUInt16LE(local + 28)
    const packed = b.subarray(from, from + size)
    files.set(b.toString('utf8', at + 46, at + 46 + name), (method === 0 ? packed : inflateRawSync(packed)).toString('utf8'))
    at += 46 + name + extra + comment
  }
  return files
}
