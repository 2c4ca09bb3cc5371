// Letting people in, for the clinic: a chunk of its own.
export { InvitationsPage } from './InvitationsPage'
export { PatientInvitePage } from './PatientInvitePage'
export { VisitLinkPage } from './VisitLinkPage'
