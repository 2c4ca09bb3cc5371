import { describe, expect, it } from 'vitest'
import { bestCodec, turnTo, type Abilities } from './codecs'

const codec = (name: string, more = {}): RTCRtpCodec => ({ mimeType: `video/${name}`, clockRate: 90000, ...more })
const own = [codec('VP8'), codec('rtx'), codec('H264'), codec('VP9'), codec('AV1')]
const every = ['vp8', 'h264', 'vp9', 'av1']
const can = (...able: string[]): Abilities => (mimeType) => {
  const name = mimeType.replace('video/', '')
  return Promise.resolve({ smooth: able.includes(name) || able.includes(`${name}!`), powerEfficient: able.includes(`${name}!`) })
}
const best = async (kind: 'camera' | 'screen', all: string[], able: Abilities, cores = 8) => (await bestCodec(kind, own, all, able, cores))?.mimeType

describe('the codec of a picture', () => {
  it('is the newest one for a screen that everybody shows and this device keeps up with', async () => {
    expect(await best('screen', every, can('VP9', 'AV1'))).toBe('video/AV1')
    expect(await best('screen', every, can('VP9', 'AV1'), 2)).toBe('video/VP9')
    expect(await best('screen', every, can('VP9', 'AV1!'), 2)).toBe('video/AV1')
    expect(await best('screen', ['vp8', 'vp9'], can('VP9', 'AV1'))).toBe('video/VP9')
    expect(await best('screen', every, can())).toBe('video/VP8')
  })

  it('is for a camera one that keeps the device cool', async () => {
    expect(await best('camera', every, can('VP9', 'AV1'))).toBe('video/VP8')
    expect(await best('camera', every, can('VP9!', 'AV1'))).toBe('video/VP9')
  })

  it('is one that the others show, though this device would take another', async () => {
    expect(await best('camera', ['h264'], can('VP9!'))).toBe('video/H264')
    expect(await best('camera', ['vp9'], can())).toBe('video/VP9')
    expect(await best('camera', ['smell'], can())).toBeUndefined()
  })

  it('is that of all encodings, each a picture of its own, and is set once', () => {
    const parameters = { codecs: [codec('rtx'), codec('VP8')], encodings: [{ rid: 'l' }, { rid: 'h' }] } as unknown as RTCRtpSendParameters
    expect(turnTo(parameters, codec('VP8'))).toBe(false)
    expect(turnTo(parameters, codec('VP9', { sdpFmtpLine: 'profile-id=0' }))).toBe(true)
    const nine = { mimeType: 'video/VP9', clockRate: 90000, sdpFmtpLine: 'profile-id=0' }
    expect(parameters.encodings).toEqual([{ rid: 'l', codec: nine, scalabilityMode: 'L1T1' }, { rid: 'h', codec: nine, scalabilityMode: 'L1T1' }])
    expect(turnTo(parameters, codec('vp9'))).toBe(false)
    expect(turnTo(parameters, codec('VP8'))).toBe(true)
    expect(parameters.encodings[0]).toEqual({ rid: 'l', codec: { mimeType: 'video/VP8', clockRate: 90000 } })
  })
})
