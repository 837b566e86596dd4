// Keeps the client on this device, so that it starts without network, and shows push messages. Browsers that know Declarative Web Push
// need nothing of the latter.

// The build fills both in (build/shell.ts).
const version = ''
const files = []

const shell = `shell-${version}`
/** What is fetched on the way and has its content's hash in its name. */
const visited = 'visited'

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      // The first one has nobody to ask; a later one waits until the person wants it.
      if (files.length === 0 || !self.registration.active) self.skipWaiting()
      const cache = await caches.open(shell)
      await cache.addAll(files.map((path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' })))
    })(),
  )
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // Tabs that run the build before this one may still ask for parts of it.
      const shells = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== shell)
      for (const name of shells.slice(0, -1)) await caches.delete(name)
      await caches.delete(visited)
      await self.clients.claim()
    })(),
  )
})

/** What the servers answer themselves, whoever asks. */
const served = /^\/(auth|rest|storage|realtime|functions|collab|dev|health|l)(\/|$)/

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || served.test(pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (pathname.startsWith('/assets/') || files.includes(pathname)) event.respondWith(part(request, pathname))
})

/** The one page of the client, whatever the address. */
async function page(request) {
  const cache = await caches.open(shell)
  return (await cache.match('/')) ?? fetch(request)
}

async function part(request, pathname) {
  const kept = await caches.match(request, { ignoreVary: true })
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok && pathname.startsWith('/assets/')) {
    const cache = await caches.open(visited)
    await cache.put(request, response.clone())
  }
  return response
}

self.addEventListener('push', (event) => {
  // A message that is not ours says at least that there is one: browsers end subscriptions that stay silent.
  let message = {}
  try {
    message = event.data?.json() ?? {}
  } catch {
    // Not JSON.
  }
  const { title = 'Atrium', navigate = '/inbox', ...options } = message.notification ?? {}
  const badge = Number(message.app_badge)
  event.waitUntil(
    Promise.all([
      self.registration.showNotification(title, { ...options, icon: '/icon.svg', data: { navigate } }),
      Number.isInteger(badge) && self.navigator.setAppBadge?.(badge),
    ]),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const target = new URL(event.notification.data?.navigate ?? '/inbox', self.location.origin)
  // Nothing else than this client is opened, whatever a message says.
  const url = target.origin === self.location.origin ? target.href : `${self.location.origin}/inbox`
  event.waitUntil(
    self.clients.matchAll({ type: 'window' }).then(async (windows) => {
      const open = windows.find((client) => client.url === url) ?? windows[0]
      if (!open) return self.clients.openWindow(url)
      await open.focus()
      return open.url === url ? open : open.navigate(url)
    }),
  )
})
