// One chunk with the administrator's pools and how they pass messages on.
export { EscalationPage } from './EscalationPage'
export { EscalationsPage } from './EscalationsPage'
export { PoolPage } from './PoolPage'
export { PoolsPage } from './PoolsPage'
