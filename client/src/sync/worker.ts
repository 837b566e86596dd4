/** Registers the service worker, which keeps the client on this device and shows push messages. */
export const registerWorker = (): Promise<ServiceWorkerRegistration> =>
  navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' })
