// A patient's own link to one visit, without an account: a chunk of its own.
export { JoinPage } from './JoinPage'
