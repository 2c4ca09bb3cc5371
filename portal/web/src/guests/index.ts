// Access that lives and dies with one visit: at home and in the clinic.
export { GuestLinks } from './GuestLinks'
export { ClinicGuestsPage, GuestsPage } from './GuestsPage'
