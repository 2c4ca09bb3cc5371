// What the service worker does with a push. It brings an opaque id and nothing else: the words stand
// here, the same whatever it is about, and the link says something only to who is signed in.
const words = { en: 'You have a new message', es: 'Tiene un mensaje nuevo' }
const memory = 'housecall-language'

async function language() {
  try {
    const kept = await (await caches.open(memory)).match('/language')
    if (kept) return await kept.text()
  } catch {
    // Storage may be closed to us; the browser's own language decides.
  }
  return self.navigator.language.slice(0, 2)
}

function idOf(data) {
  try {
    const { id } = data.json()
    return /^[\w-]{22}$/.test(id) ? id : ''
  } catch {
    return ''
  }
}

self.addEventListener('push', (event) => {
  const id = idOf(event.data)
  event.waitUntil(language().then((lang) => self.registration.showNotification('Housecall', {
    body: words[lang] ?? words.en,
    lang: words[lang] ? lang : 'en',
    icon: '/icon-192.png',
    badge: '/icon-192.png',
    // The same one that comes twice takes its own place, and does not ring again.
    tag: id || 'housecall',
    renotify: false,
    data: { id },
  })))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { id } = event.notification.data ?? {}
  const place = id ? `/n/${id}` : '/'
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: 'window' })
    for (const page of pages) {
      // A visit is never taken away from under somebody.
      if (/\/visits\/|\/room/.test(new URL(page.url).pathname)) continue
      try {
        await page.focus()
        await page.navigate(place)
        return
      } catch {
        // That page is not ours to lead; a new one is.
      }
    }
    await self.clients.openWindow(place)
  })())
})
