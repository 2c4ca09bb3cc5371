// Reading and writing messages, one chunk.
export { MessagesPage } from './MessagesPage'
export { NewPage } from './NewPage'
export { ThreadPage } from './ThreadPage'
