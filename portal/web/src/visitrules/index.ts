// Rules for visits, for administrators: a chunk of its own.
export { VisitRulesPage } from './VisitRulesPage'
