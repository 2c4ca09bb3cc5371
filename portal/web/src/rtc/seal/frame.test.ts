import { beforeAll, describe, expect, it } from 'vitest'
import { random } from './bytes'
import { clearBytes, frameKey, openFrame, Replays, sealFrame, type FrameKey } from './frame'
import { newSecret } from './keys'

const keyFrame = Uint8Array.of(0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, ...random(900))
const between = Uint8Array.of(0x31, 0x02, 0x00, ...random(300))
const sound = random(80)

describe('a sealed frame', () => {
  let key: FrameKey
  let ring: Map<number, FrameKey>
  beforeAll(async () => {
    key = await frameKey(newSecret(), 'a')
    ring = new Map([[key.id, key]])
  })

  it('comes out as it went in, and says whose it is', async () => {
    for (const [sort, data, clear] of [['video', keyFrame, 10], ['video', between, 3], ['audio', sound, 0], ['audio', Uint8Array.of(1), 0]] as const) {
      expect(clearBytes(sort, data)).toBe(clear)
      const sealed = await sealFrame(key, 7, sort, data)
      expect(sealed.length).toBe(data.length + 24)
      expect(sealed.subarray(0, clear)).toEqual(data.subarray(0, clear))
      expect(await openFrame(ring, sort, sealed)).toEqual({ seat: 'a', id: key.id, number: 7, data })
    }
  })

  it('is not made of what is no picture', async () => {
    await expect(sealFrame(key, 8, 'video', Uint8Array.of(0x10, 1))).rejects.toThrow()
  })

  it('shows nothing to who has no key, or another one', async () => {
    const sealed = await sealFrame(key, 1, 'video', keyFrame)
    const other = await frameKey(newSecret(), 'b')
    expect(await openFrame(new Map(), 'video', sealed)).toBeUndefined()
    expect(await openFrame(new Map([[key.id, { ...other, id: key.id }]]), 'video', sealed)).toBeUndefined()
    expect(await openFrame(ring, 'video', keyFrame)).toBeUndefined()
    expect(await openFrame(ring, 'audio', random(5))).toBeUndefined()
  })

  it('is refused with any bit changed, also of what is clear, and as another sort', async () => {
    const sealed = await sealFrame(key, 300, 'video', between)
    for (const at of [0, 1, 2, 3, 100, sealed.length - 20, sealed.length - 1]) {
      const changed = sealed.slice()
      changed[at]! ^= 0x80
      expect(await openFrame(ring, 'video', changed), String(at)).toBeUndefined()
    }
    expect(await openFrame(ring, 'audio', await sealFrame(key, 301, 'video', between))).toBeUndefined()
  })

  it('is sealed differently each time', async () => {
    const [one, two] = await Promise.all([sealFrame(key, 1, 'audio', sound), sealFrame(key, 2, 'audio', sound)])
    expect(one.subarray(0, sound.length)).not.toEqual(two.subarray(0, sound.length))
  })
})

describe('what came before', () => {
  it('is not heard twice', () => {
    const replays = new Replays()
    for (const number of [5, 7, 6, 900]) expect(replays.fresh({ id: 1, number }, 'audio')).toBe(true)
    expect(replays.fresh({ id: 1, number: 7 }, 'audio')).toBe(false)
    expect(replays.fresh({ id: 1, number: 900 }, 'audio')).toBe(false)
    expect(replays.fresh({ id: 1, number: 100 }, 'audio')).toBe(false)
    expect(replays.fresh({ id: 2, number: 100 }, 'audio')).toBe(true)
  })
  it('may be shown again since a key frame, and no longer', () => {
    const replays = new Replays()
    for (const number of [20_000, 19_000, 19_000]) expect(replays.fresh({ id: 1, number }, 'video')).toBe(true)
    expect(replays.fresh({ id: 1, number: 11_000 }, 'video')).toBe(false)
  })
})
