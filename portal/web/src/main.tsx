import './theme/mantine'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { watchActivity } from './api/activity'
import { App } from './app'
import { startI18n } from './i18n'
import { startWorker } from './shell/worker'

watchActivity(window)
startWorker()

// A page from before an update asks for files that are gone: the new page has them.
window.addEventListener('vite:preloadError', () => window.location.reload())

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
void startI18n().then(() => {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
})
