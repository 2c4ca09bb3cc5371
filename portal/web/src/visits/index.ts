// A visit and what it came to: a chunk of its own.
export { SummaryPage } from './SummaryPage'
export { VisitPage } from './VisitPage'
