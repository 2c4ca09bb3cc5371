import type { Kind } from './protocol'

// Not all browsers have these yet (WebRTC Extensions, section 4.2; Scalable Video Coding for WebRTC, section 5).
type Encoding = RTCRtpEncodingParameters & { codec?: RTCRtpCodec; scalabilityMode?: string }

/** What a device can do with a codec. */
export interface Ability { smooth: boolean; powerEfficient: boolean }
export type Abilities = (mimeType: string, kind: Kind) => Promise<Ability>

const coresForAV1 = 4
const shown = {
  camera: { width: 1280, height: 720, bitrate: 1_200_000, framerate: 30 },
  screen: { width: 1920, height: 1080, bitrate: 1_500_000, framerate: 8 },
}

/** Asks the browser (Media Capabilities, section 2.1.1). */
export const abilities: Abilities = async (mimeType, kind) => {
  try {
    const video = { contentType: mimeType, ...(kind === 'screen' ? shown.screen : shown.camera) }
    return await navigator.mediaCapabilities.encodingInfo({ type: 'webrtc', video })
  } catch {
    return { smooth: false, powerEfficient: false }
  }
}

const nameOf = ({ mimeType }: RTCRtpCodec): string => mimeType.replace(/^.*\//, '').toLowerCase()

/**
 * In which codec a picture goes out: `all` are those that everybody who receives it can show, by
 * their names in the protocol, and `own` those that this device may send, the usual one first.
 * Words on a screen are worth a newer codec wherever it is encoded in time. A camera is on for all
 * of a visit: there it must be the cheaper one for the device as well, or an old phone gets hot.
 */
export async function bestCodec(kind: Kind, own: RTCRtpCodec[], all: string[], can: Abilities = abilities, cores = navigator.hardwareConcurrency): Promise<RTCRtpCodec | undefined> {
  const common = own.filter((codec) => all.includes(nameOf(codec)))
  for (const name of ['av1', 'vp9']) {
    const codec = common.find((one) => nameOf(one) === name)
    if (!codec) continue
    const { smooth, powerEfficient } = await can(codec.mimeType, kind)
    if (smooth && (powerEfficient || (kind === 'screen' && (name !== 'av1' || cores >= coresForAV1)))) return codec
  }
  return common.find((codec) => nameOf(codec) !== 'av1' && nameOf(codec) !== 'vp9') ?? common[0]
}

/** Makes all encodings of a sender use a codec; false: they do already. */
export function turnTo(parameters: RTCRtpSendParameters, codec: RTCRtpCodec): boolean {
  const same = (other: RTCRtpCodec | undefined): boolean => other !== undefined && nameOf(other) === nameOf(codec)
  const usual = parameters.codecs?.find((one) => !/\/(rtx|red|ulpfec|flexfec.*)$/i.test(one.mimeType))
  const encodings: Encoding[] = parameters.encodings ?? []
  if (encodings.every((encoding) => same(encoding.codec ?? usual))) return false
  const { mimeType, clockRate, channels, sdpFmtpLine } = codec
  for (const encoding of encodings) {
    encoding.codec = { mimeType, clockRate, ...(channels !== undefined && { channels }), ...(sdpFmtpLine !== undefined && { sdpFmtpLine }) }
    // Each encoding is a picture of its own; else browsers make layers of one stream out of several.
    if (/vp9|av1/i.test(mimeType)) encoding.scalabilityMode = 'L1T1'
    else delete encoding.scalabilityMode
  }
  return true
}
