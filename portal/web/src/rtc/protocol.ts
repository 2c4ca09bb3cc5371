// The frames of a visit's signalling, as telehealth/sfu/PROTOCOL.md describes them. The media side
// knows seats of a room and nothing of who sits there.

export type Kind = 'audio' | 'camera' | 'screen'
export type Layer = 'high' | 'low' | 'none'
export type Level = 'good' | 'weak' | 'bad'
/** Whether what is said and shown is kept now, as the room says. */
export type Recorded = 'on' | 'paused' | 'off'
export type Bye = 'ended' | 'removed' | 'signed_out' | 'elsewhere' | 'drain' | 'moved' | 'left' | 'idle' | 'error'

export interface RoomSeat { seat: string; mic: boolean; cam: boolean; screen: boolean; in: boolean; /** It gets no pictures now. */ only: boolean }
/** Which place of the receiving connection carries what of whom. */
export interface Place { mid: string; seat: string; kind: Kind }
/** A way to the room through a network that lets no media pass. */
export interface Relay { urls: string[]; username: string; credential: string }
export interface Sent { mid: string; kind: Kind }

/** What only the browser knows of its line, since the report before. */
export interface LineReport { t: 'report'; freezes: number; /** Milliseconds. */ frozen: number; way: 'direct' | 'relay'; over: 'udp' | 'tcp' | 'tls' }

export type ToServer =
  | { t: 'join'; resume?: string; mic: boolean; cam: boolean }
  | { t: 'pub'; n: number; sdp: string; tracks: Sent[]; /** By a connection beside the one there is. */ fresh?: true }
  | { t: 'sub-answer'; n: number; sdp: string }
  /** On: it is muted now. */
  | { t: 'mute'; kind: Kind; on: boolean }
  | { t: 'want'; seat: string; kind: Kind; layer: Layer }
  /** Whose pictures come before all others, in a group. */
  | { t: 'pin'; seats: string[] }
  /** On: nothing but sound, please. */
  | { t: 'only'; on: boolean }
  | { t: 'restart'; fresh?: true }
  | LineReport
  /** To all others of the room, or one of them. The room does not look into it. */
  | { t: 'tell'; to?: string; data: string }
  | { t: 'leave' }
  | { t: 'ping' }

export type FromServer =
  | { t: 'joined'; seat: string; resume: string; resumed: boolean; seats: RoomSeat[]; relays: Relay[]; recording: Recorded }
  | { t: 'seats'; seats: RoomSeat[] }
  | { t: 'pub-answer'; n: number; sdp: string }
  /** Fresh: for a new connection. By: number of the offer that the connection began with which it is about; 0: the first one. */
  | { t: 'sub'; n: number; sdp: string; tracks: Place[]; fresh: boolean; by: number }
  | { t: 'map'; tracks: Place[]; by: number }
  | { t: 'speaking'; seats: string[] }
  | { t: 'quality'; level: Level }
  /** Which of the layers it sends somebody needs, by their rids. */
  | { t: 'layers'; kind: Kind; rids: string[] }
  /** In which codecs all others can show pictures. */
  | { t: 'codecs'; video: string[] }
  /** What this client's line does not carry; only: nothing but sound is sent. */
  | { t: 'held'; tracks: Place[]; only?: 'audio' }
  /** Host: the seat of who turned the microphone off. */
  | { t: 'mute'; kind: Kind; on: boolean; host?: string }
  | { t: 'recording'; state: Recorded }
  | { t: 'told'; from: string; data: string }
  | { t: 'error'; of: string; n: number }
  | { t: 'bye'; why: Bye }
  | { t: 'pong' }

const byes: readonly string[] = ['ended', 'removed', 'signed_out', 'elsewhere', 'drain', 'moved', 'left', 'idle', 'error']
const kinds: readonly string[] = ['audio', 'camera', 'screen']
const levels: readonly string[] = ['good', 'weak', 'bad']

type Loose = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const list = (value: unknown): Loose[] => (Array.isArray(value) ? value.filter((item): item is Loose => typeof item === 'object' && item !== null) : [])

const seatsOf = (value: unknown): RoomSeat[] =>
  list(value).filter((seat) => text(seat.seat)).map((seat) => ({ seat: text(seat.seat), mic: seat.mic === true, cam: seat.cam === true, screen: seat.screen === true, in: seat.in !== false, only: seat.only === true }))
const placesOf = (value: unknown): Place[] =>
  list(value).filter((place) => kinds.includes(text(place.kind))).map((place) => ({ mid: text(place.mid), seat: text(place.seat), kind: place.kind as Kind }))

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [])
const relaysOf = (value: unknown): Relay[] =>
  list(value).map((relay) => ({ urls: texts(relay.urls), username: text(relay.username), credential: text(relay.credential) })).filter(({ urls }) => urls.length > 0)

const recordedOf = (value: unknown): Recorded => (value === 'on' || value === 'paused' ? value : 'off')

/** Reads a frame; what this client does not know is nothing to it, so that a newer server can say more. */
export function readFrame(data: unknown): FromServer | undefined {
  if (typeof data !== 'string') return undefined
  let frame: Loose
  try {
    frame = JSON.parse(data) as Loose
  } catch {
    return undefined
  }
  if (typeof frame !== 'object' || frame === null) return undefined
  const n = typeof frame.n === 'number' ? frame.n : 0
  const by = typeof frame.by === 'number' ? frame.by : 0
  switch (frame.t) {
    case 'joined': return { t: 'joined', seat: text(frame.seat), resume: text(frame.resume), resumed: frame.resumed === true, seats: seatsOf(frame.seats), relays: relaysOf(frame.relays), recording: recordedOf(frame.recording) }
    case 'seats': return { t: 'seats', seats: seatsOf(frame.seats) }
    case 'pub-answer': return { t: 'pub-answer', n, sdp: text(frame.sdp) }
    case 'sub': return { t: 'sub', n, sdp: text(frame.sdp), tracks: placesOf(frame.tracks), fresh: frame.fresh === true, by }
    case 'map': return { t: 'map', tracks: placesOf(frame.tracks), by }
    case 'speaking': return { t: 'speaking', seats: texts(frame.seats) }
    case 'quality': return levels.includes(text(frame.level)) ? { t: 'quality', level: frame.level as Level } : undefined
    case 'codecs': return { t: 'codecs', video: texts(frame.video) }
    case 'layers': return kinds.includes(text(frame.kind)) ? { t: 'layers', kind: frame.kind as Kind, rids: texts(frame.rids) } : undefined
    case 'held': return { t: 'held', tracks: placesOf(frame.tracks), ...(frame.only === 'audio' && { only: 'audio' }) }
    case 'mute': return kinds.includes(text(frame.kind)) ? { t: 'mute', kind: frame.kind as Kind, on: frame.on === true, ...(text(frame.host) && { host: text(frame.host) }) } : undefined
    case 'recording': return { t: 'recording', state: recordedOf(frame.state) }
    case 'told': return { t: 'told', from: text(frame.from), data: text(frame.data) }
    case 'error': return { t: 'error', of: text(frame.of), n }
    case 'bye': return { t: 'bye', why: byes.includes(text(frame.why)) ? (frame.why as Bye) : 'ended' }
    case 'pong': return { t: 'pong' }
    default: return undefined
  }
}
