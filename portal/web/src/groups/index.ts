// Visits of several patients together, for the clinic: a chunk of its own.
export { GroupPage } from './GroupPage'
export { GroupsPage } from './GroupsPage'
