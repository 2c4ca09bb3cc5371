/** Bytes to and from the clinic, and a clock: enough for an estimate of what a line carries. */
export interface SpeedDeps {
  down(): Promise<number>
  up(body: Uint8Array<ArrayBuffer>): Promise<unknown>
  now(): number
}
export interface Speed { down?: number; up?: number }

const upBytes = 48 << 10
const most = 1_000_000

/** kbit/s of so many bytes in so many milliseconds. */
const rate = (bytes: number, ms: number): number => Math.min(most, Math.max(1, Math.round((bytes * 8) / Math.max(1, ms))))

/** Noise, so that nothing on the way makes it smaller. */
function noise(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(upBytes)
  for (let at = 0; at < bytes.length; at += 16_384) crypto.getRandomValues(bytes.subarray(at, at + 16_384))
  return bytes
}

/** One after the other, or each would slow the other. What could not be tried is left out. */
export async function testSpeed({ down, up, now }: SpeedDeps): Promise<Speed> {
  const found: Speed = {}
  try {
    let start = now()
    const bytes = await down()
    found.down = rate(bytes, now() - start)
    const body = noise()
    start = now()
    await up(body)
    found.up = rate(body.length, now() - start)
  } catch {
    // The line broke: what is known stays.
  }
  return found
}
