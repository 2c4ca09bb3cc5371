// Asking the clinic for access, and the clinic's answer.
export { AskPage } from './AskPage'
export { RequestsPage } from './RequestsPage'
