// The clinic's day and booking for a patient: a chunk of its own.
export { TodayPage } from './TodayPage'
export { ClinicBook } from './ClinicBook'
