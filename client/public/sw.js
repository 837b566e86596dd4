// Shows push messages and opens what they are about. Browsers that know Declarative Web Push need none of this.

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

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
