export { Player } from './Player'
