// What patients ask the clinic for, and the clinic's list of it.
export { AskPage } from './AskPage'
export { AsksPage } from './AsksPage'
export { NewAskPage } from './NewAskPage'
