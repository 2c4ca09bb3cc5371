import type { CallView } from '../rtc/call'
import type { Kind } from '../rtc/protocol'
import type { Visit, VisitPerson } from './types'

export interface Shown {
  seat: string
  name: string
  kind: Extract<Kind, 'camera' | 'screen'>
  track?: MediaStreamTrack
  /** Where the picture comes in, which stays the same however often somebody else takes the place. */
  place: number
  /** There is a picture of them, though it may not be sent to everybody. */
  camera: boolean
  muted: boolean
  speaking: boolean
  /** The seat is kept for them, but they are not in it right now. */
  away: boolean
  screen: boolean
}

// Who is large: what somebody shows, then the person one came for.
const forPatient: Record<VisitPerson['role'], number> = { clinician: 0, nurse: 1, frontdesk: 2, patient: 3, proxy: 4 }
const forClinic: Record<VisitPerson['role'], number> = { patient: 0, proxy: 1, clinician: 2, nurse: 3, frontdesk: 4 }

/** The room knows seats, the visit knows names: together they are tiles. */
export function stageOf(visit: Visit, call: CallView): { main?: Shown; minis: Shown[] } {
  const order = visit.me.host ? forClinic : forPatient
  const names = new Map(visit.people.map((person) => [person.seat, person]))
  const remote = (seat: string, kind: Kind) => call.remotes.find((one) => one.seat === seat && one.kind === kind)
  const others = call.seats.filter((seat) => seat.seat !== call.seat)
    .map((seat) => ({ seat, person: names.get(seat.seat) }))
    .sort((a, b) => (a.person ? order[a.person.role] : 9) - (b.person ? order[b.person.role] : 9))
  const faces = others.map(({ seat, person }): Shown => ({
    seat: seat.seat, name: person?.name ?? '', kind: 'camera', track: seat.cam ? remote(seat.seat, 'camera')?.track : undefined,
    place: Number(remote(seat.seat, 'camera')?.mid ?? 0), camera: seat.cam, muted: !seat.mic, speaking: seat.mic && call.speaking.includes(seat.seat), away: !seat.in, screen: false,
  }))
  const sharing = others.find(({ seat }) => seat.screen && remote(seat.seat, 'screen'))
  if (sharing) {
    const name = sharing.person?.name ?? ''
    return { main: { seat: sharing.seat.seat, name, kind: 'screen', track: remote(sharing.seat.seat, 'screen')?.track, place: 0, camera: false, muted: false, speaking: false, away: false, screen: true }, minis: faces }
  }
  const [main, ...minis] = faces
  return { main, minis }
}

const mostBeside = 4

/** More people than fit beside one large picture: then all are of one size. */
export const isCrowd = ({ seats }: CallView): boolean => seats.length - 1 > mostBeside

const final = ['ended', 'removed', 'signed_out', 'elsewhere'] as const

/** Why there is no call any more, as far as there are words for it. */
export const byeWord = ({ phase, why }: CallView): (typeof final)[number] | 'lost' => (phase === 'lost' ? 'lost' : (final.find((word) => word === why) ?? 'ended'))
