// The clinic's pages, one chunk of their own: a patient's phone never loads them.
export { ClinicShell } from './ClinicShell'
export { ClinicHome } from './ClinicHome'
export { ClinicChart } from './ClinicChart'
export { ClinicResult } from './ClinicResult'
export { ClinicEntry } from './ClinicEntry'
export { HealthPage } from './HealthPage'
