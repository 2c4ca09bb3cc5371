// The clinician's side of a visit: a chunk of its own.
export { CockpitPage } from './CockpitPage'
export { HeldRoom } from './HeldRoom'
