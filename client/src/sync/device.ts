import { createEffect, createRoot, on } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { toast } from '../ui/Toast.tsx'
import { queueBehind } from './ask.ts'
import { en } from './en.ts'
// What keeps and sends changes is loaded by now: without network it could not be fetched any more.
import { keep } from './later.ts'
import './mutations.ts'
import { isMutation } from './overlay.ts'
import { outboxOf } from './waiting.ts'
import { registerWorker } from './worker.ts'

const t = textsOf(en)
const askAgainMs = 60 * 60_000

/** Makes this browser a device of a person: the client is kept on it, what could not be sent waits on it, and he hears what became of that.
 *  @param readAgain reads what is shown again: what was painted is sent, or refused */
export function startDevice(person: string, readAgain: () => void): () => void {
  void keepClient()
  return createRoot((stop) => {
    const outbox = outboxOf(person)
    const mine = () => outbox.entries().filter(isMutation)
    const waits = () => mine().some(({ problem }) => problem === null)
    queueBehind((mutations) => (waits() ? keep(person, mutations) : undefined))
    const problems = () => mine().filter(({ problem }) => problem !== null).length
    createEffect(
      on(problems, (now, before = 0) => {
        if (now <= before) return
        toast(t('refused'))
        readAgain()
      }),
    )
    createEffect(
      on(
        () => mine().length,
        (now, before = 0) => now < before && readAgain(),
      ),
    )
    // Something that only this device has: the browser shall not clear it away.
    createEffect(() => {
      if (outbox.entries().length > 0) void navigator.storage?.persist?.()
    })
    return stop
  })
}

/** Keeps the client, and offers a new one when it is there. Never while somebody types: he decides when the page is loaded again. */
async function keepClient(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const registration = await registerWorker().catch(() => undefined)
  if (!registration) return
  const offer = (worker: ServiceWorker) =>
    toast(t('update'), {
      action: {
        label: t('reload'),
        run() {
          navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
          worker.postMessage('take over')
        },
      },
    })
  const watch = (worker: ServiceWorker | null) =>
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker)
    })
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting)
  watch(registration.installing)
  registration.addEventListener('updatefound', () => watch(registration.installing))
  setInterval(() => void registration.update().catch(() => {}), askAgainMs)
}
