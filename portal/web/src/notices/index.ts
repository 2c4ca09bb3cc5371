// What somebody was told: the list, and where the link of a mail leads.
export { NoticesPage } from './NoticesPage'
export { OpenNotice } from './OpenNotice'
