// Court papers that keep somebody out of a record.
export { BlocksPage, PatientBlocksPage } from './BlocksPage'
