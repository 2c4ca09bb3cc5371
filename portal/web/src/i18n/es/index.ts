import { common } from './common'
import { pages } from './pages'
import { words } from './words'

export const es = { ...common, ...words, ...pages }
export default es
