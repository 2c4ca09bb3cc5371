import { afterEach, describe, expect, it, vi } from 'vitest'
import { Publisher } from './publish'

const codecs = ['VP8', 'VP9', 'AV1'].map((name) => ({ mimeType: `video/${name}`, clockRate: 90000 }))

/** A connection as far as a publisher looks at it before anything is negotiated. */
function peer() {
  const sent: (string | undefined)[] = []
  const place = () => {
    let encodings: RTCRtpEncodingParameters[] = [{}]
    const setParameters = (now: { encodings: (RTCRtpEncodingParameters & { codec?: RTCRtpCodec })[] }) => {
      encodings = now.encodings
      sent.push(now.encodings[0]?.codec?.mimeType)
      return Promise.resolve()
    }
    return { sender: { getParameters: () => ({ codecs, encodings: encodings.map((one) => ({ ...one })) }), setParameters } }
  }
  return { sent, connection: { addTransceiver: place } as unknown as RTCPeerConnection }
}

afterEach(() => vi.unstubAllGlobals())

describe('a picture', () => {
  it('goes out in what the room said last, however long the device takes to say what it can', async () => {
    const slow: (() => void)[] = []
    const encodingInfo = () => new Promise((done) => slow.push(() => done({ smooth: true, powerEfficient: true })))
    vi.stubGlobal('navigator', { hardwareConcurrency: 8, mediaCapabilities: { encodingInfo } })
    const { sent, connection } = peer()
    const publisher = new Publisher(connection, () => undefined)
    const first = publisher.codecs(['vp8', 'vp9', 'av1'])
    await publisher.codecs(['vp8']) // somebody came who has no other
    slow.forEach((answer) => answer())
    await first
    expect(sent).toEqual([])

    const again = publisher.codecs(['vp8', 'vp9', 'av1'])
    slow.at(-1)!()
    await again
    expect(sent).toEqual(['video/AV1'])
  })
})
