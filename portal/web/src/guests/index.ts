// Access that lives and dies with one visit: at home and in the clinic.
export { ClinicGuestsPage, GuestsPage } from './GuestsPage'
