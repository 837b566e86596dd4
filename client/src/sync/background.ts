import { collabToken, collabUrl } from '../documents/collab.ts'
import { offerText } from '../documents/unsentText.ts'
import { textsOf } from '../i18n.ts'
import { missedEvent } from '../live.ts'
import { toast } from '../ui/Toast.tsx'
import { databaseOf } from './database.ts'
import { en } from './en.ts'
import { textsEvent, unsentTexts } from './texts.ts'
import { registerWorker } from './worker.ts'

const t = textsOf(en)
const askAgainMs = 60 * 60_000

export type PageOf = (document: string) => { title: string } | undefined

/** What a device does beside what is shown, as long as somebody is signed in: keeps the client, and sends texts. */
export function startBackground(person: string, pageOf: PageOf): void {
  void keepClient()
  const send = () => void sendTexts(person, pageOf).catch(() => {})
  // The first one may have been told before this was loaded.
  send()
  addEventListener(missedEvent, send)
}

export const tellRefused = (): void => toast(t('refused'))

/** Sends what was written without network in pages that are not open any more; one tab at a time does. */
async function sendTexts(person: string, pageOf: PageOf): Promise<void> {
  if (!navigator.onLine || (await unsentTexts(person)).length === 0) return
  const { sendKept } = await import('../islands/editor/sendKept.ts')
  await navigator.locks.request(`${databaseOf(person)}.texts`, { ifAvailable: true }, async (held) => {
    if (!held) return
    await sendKept({
      person,
      url: collabUrl,
      token: collabToken,
      onLoss: (document, text) => offerText(pageOf(document)?.title ?? '', text),
    })
    dispatchEvent(new Event(textsEvent))
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
