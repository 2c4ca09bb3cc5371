// A visit and what it came to: a chunk of its own.
export { HeldOwn } from './HeldOwn'
export { QuestionsPage } from './QuestionsPage'
export { SummaryPage } from './SummaryPage'
export { VisitPage } from './VisitPage'
