// The registered apps, for administrators: a chunk of its own.
export { AppsPage } from './AppsPage'
export { AppPage } from './AppPage'
export { NewAppPage } from './NewAppPage'
