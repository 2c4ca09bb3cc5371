// One chunk with the page of who is out.
export { OutPage } from './OutPage'
