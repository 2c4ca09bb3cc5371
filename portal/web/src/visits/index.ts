// A visit and what it came to: a chunk of its own.
export { QuestionsPage } from './QuestionsPage'
export { SummaryPage } from './SummaryPage'
export { VisitPage } from './VisitPage'
