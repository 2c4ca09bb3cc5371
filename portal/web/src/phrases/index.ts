// One chunk with the page of the phrases.
export { PhrasesPage } from './PhrasesPage'
