import { common } from './common'
import { pages } from './pages'
import { words } from './words'

export const en = { ...common, ...words, ...pages }
export default en
