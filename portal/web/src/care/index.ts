// Who of the clinic may open a record and why, and what patients ask to restrict: a chunk of its own.
export { LookupPage } from './LookupPage'
export { PrivacyPage } from './PrivacyPage'
export { TeamPage } from './TeamPage'
export { RestrictionsPage } from './RestrictionsPage'
