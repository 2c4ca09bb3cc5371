import { describe, expect, it } from 'vitest'
import { LocalMedia, type Devices } from './media'

function device() {
  const given: { kind: string; track: MediaStreamTrack; end(): void }[] = []
  let refuse = false
  const devices: Devices = {
    getUserMedia: (wanted) => {
      if (refuse) return Promise.reject(new DOMException('in use', 'NotReadableError'))
      const kind = wanted?.audio ? 'audio' : 'video'
      const track = { kind, readyState: 'live', enabled: true, stop(this: { readyState: string }) { this.readyState = 'ended' }, getSettings: () => ({}) } as unknown as MediaStreamTrack & { readyState: string }
      given.push({ kind, track, end: () => { track.readyState = 'ended' } })
      return Promise.resolve({ getTracks: () => [track] } as unknown as MediaStream)
    },
    enumerateDevices: () => Promise.resolve([]),
  }
  return { devices, given, refuse: (now: boolean) => { refuse = now } }
}
const store = { read: () => ({}), write: () => undefined }
const event = {} as Event
const settle = () => new Promise((done) => setTimeout(done, 0))

describe('after a phone call', () => {
  it('asks anew for a microphone that was taken and given back silent', async () => {
    const { devices, given } = device()
    const media = new LocalMedia(devices, store)
    await media.start()
    media.setMic(false)
    const before = media.current().tracks.audio!
    before.onmute!(event)
    before.onunmute!(event)
    await settle()
    const now = media.current().tracks.audio!
    expect(now).not.toBe(before)
    expect(before.readyState).toBe('ended')
    expect(now.enabled).toBe(false) // still muted by its person
    expect(given.filter(({ kind }) => kind === 'video')).toHaveLength(1)
  })
  it('gets both back when the page is in front again', async () => {
    const { devices, given, refuse } = device()
    const media = new LocalMedia(devices, store)
    await media.start()
    given.forEach(({ end }) => end())
    refuse(true)
    await media.recover()
    expect(media.current().faults).toEqual({ audio: 'busy', camera: 'busy' })
    refuse(false)
    await media.recover()
    expect(media.current().faults).toEqual({ audio: undefined, camera: undefined })
    expect(given).toHaveLength(4)
    await media.recover()
    expect(given).toHaveLength(4)
  })
  it('leaves a camera off that was off', async () => {
    const { devices, given } = device()
    const media = new LocalMedia(devices, store)
    await media.start()
    media.setCam(false)
    await media.recover()
    expect(given.filter(({ kind }) => kind === 'video')).toHaveLength(1)
  })
  it('asks for nothing once the page was left', async () => {
    const { devices, given } = device()
    const media = new LocalMedia(devices, store)
    await media.start()
    const { audio } = media.current().tracks
    audio!.onmute!(event)
    media.stop()
    await media.recover()
    expect(given).toHaveLength(2)
  })
})
