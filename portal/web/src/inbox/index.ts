// One chunk with the clinic's inbox.
export { InboxPage } from './InboxPage'
export { InboxThread } from './InboxThread'
export { NothingOpen } from './NothingOpen'
