// One-time codes as an authenticator app makes them (RFC 6238, SHA-1, 30 seconds, 6 digits).
import { createHmac } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function fromBase32(text) {
  let bits = 0
  let held = 0
  const bytes = []
  for (const sign of text.replace(/[\s=]/g, '').toUpperCase()) {
    held = (held << 5) | alphabet.indexOf(sign)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 0xff)
    }
  }
  return Buffer.from(bytes)
}

export function codeOf(secret, at = Date.now()) {
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', fromBase32(secret)).update(step).digest()
  const offset = mac[19] & 0xf
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// Which was typed last, by secret: a code counts once.
const typed = new Map()
export const codesTyped = () => [...typed]
export const theseWereTyped = (codes) => codes.forEach(([secret, step]) => typed.set(secret, Math.max(step, typed.get(secret) ?? 0)))

/** A code that was not typed yet. The next one counts already a little before its time; for one after that there is a wait. */
export async function freshCode(secret) {
  const step = Math.max(Math.floor(Date.now() / 30_000), (typed.get(secret) ?? 0) + 1)
  typed.set(secret, step)
  await new Promise((go) => setTimeout(go, (step - 1) * 30_000 - Date.now()))
  return codeOf(secret, step * 30_000)
}
