// One chunk with the administrator's pools.
export { PoolPage } from './PoolPage'
export { PoolsPage } from './PoolsPage'
