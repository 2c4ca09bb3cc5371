// What somebody of the clinic has to decide: a chunk of its own.
export { WorklistPage } from './WorklistPage'
export { MovePage } from './MovePage'
export { JoinedPage } from './JoinedPage'
