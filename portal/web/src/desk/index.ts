// The clinic's list of what patients ask for.
export { DeskAsk } from './DeskAsk'
export { DeskPage, NoneOpen } from './DeskPage'
