// The service worker keeps the shell, so that a page opens at once on a bad network. A new one waits
// until it is asked for: nothing changes under a reader's hands.

type Listener = () => void
const listeners = new Set<Listener>()
let waiting: ServiceWorker | null = null

function announce(worker: ServiceWorker | null): void {
  if (!worker || !navigator.serviceWorker.controller) return
  waiting = worker
  listeners.forEach((listener) => listener())
}

export function startWorker(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  window.addEventListener('load', () => {
    navigator.serviceWorker.register('/sw.js', { scope: '/' }).then(
      (registration?: ServiceWorkerRegistration) => {
        if (!registration) return
        announce(registration.waiting)
        registration.addEventListener('updatefound', () => {
          const worker = registration.installing
          worker?.addEventListener('statechange', () => {
            if (worker.state === 'installed') announce(worker)
          })
        })
      },
      () => {
        // Private windows refuse workers; the page works without one.
      },
    )
  })
}

export function onUpdateReady(listener: Listener): () => void {
  listeners.add(listener)
  if (waiting) listener()
  return () => listeners.delete(listener)
}

/** Hands over to the new version and loads the page again. */
export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => window.location.reload(), { once: true })
  waiting?.postMessage({ type: 'SKIP_WAITING' })
}
