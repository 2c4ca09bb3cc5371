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

// Who is large: whom a host chose, what somebody shows, then the person one came for: of the clinic, who leads.
const forPatient: Record<VisitPerson['role'], number> = { clinician: 0, nurse: 1, frontdesk: 2, patient: 3, proxy: 4, interpreter: 5, guest: 6, member: 7 }
const forClinic: Record<VisitPerson['role'], number> = { patient: 0, proxy: 1, clinician: 2, nurse: 3, frontdesk: 4, interpreter: 5, guest: 6, member: 7 }

/** What somebody is called, where names of guests say that they are guests. */
export type Called = (person: Pick<VisitPerson, 'name' | 'role'>) => string

/** The room knows seats, the visit knows names: together they are tiles. */
export function stageOf(visit: Visit, call: CallView, called: Called): { main?: Shown; minis: Shown[] } {
  const order = visit.me.host ? forClinic : forPatient
  const names = new Map(visit.people.map((person) => [person.seat, person]))
  const remote = (seat: string, kind: Kind) => call.remotes.find((one) => one.seat === seat && one.kind === kind)
  const { lead, spotlight } = visit.room ?? {}
  const placeOf = ({ seat, person }: { seat: { seat: string }; person: VisitPerson | undefined }) =>
    seat.seat === spotlight ? -2 : !visit.me.host && seat.seat === lead ? -1 : person ? order[person.role] : 9
  const others = call.seats.filter((seat) => seat.seat !== call.seat)
    .map((seat) => ({ seat, person: names.get(seat.seat) }))
    .sort((a, b) => placeOf(a) - placeOf(b))
  const faces = others.map(({ seat, person }): Shown => ({
    seat: seat.seat, name: person ? called(person) : '', kind: 'camera', track: seat.cam ? remote(seat.seat, 'camera')?.track : undefined,
    place: Number(remote(seat.seat, 'camera')?.mid ?? 0), camera: seat.cam, muted: !seat.mic, speaking: seat.mic && call.speaking.includes(seat.seat), away: !seat.in, screen: false,
  }))
  const sharing = others.find(({ seat }) => seat.screen && remote(seat.seat, 'screen'))
  if (sharing && !faces.some(({ seat }) => seat === spotlight)) {
    const name = sharing.person ? called(sharing.person) : ''
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
