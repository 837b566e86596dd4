import { rest, rows, rpc } from '../supabase.ts'
import { registerWorker } from '../sync/worker.ts'

/** What this browser can do, and does: `unsupported` also where the installation has no keys. */
export type PushState = 'unsupported' | 'denied' | 'off' | 'on'

const isSupported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

async function publicKey(): Promise<string | undefined> {
  const [row] = await rows<{ public_key: string }[]>(rest.from('push_key').select('public_key'))
  return row?.public_key
}

const registered = () => navigator.serviceWorker.getRegistration('/')

async function subscription(): Promise<PushSubscription | null> {
  return (await (await registered())?.pushManager.getSubscription()) ?? null
}

export async function pushState(): Promise<PushState> {
  if (!isSupported()) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  if (Notification.permission === 'granted' && (await subscription())) return 'on'
  return (await publicKey()) ? 'off' : 'unsupported'
}

/** Asks the person, which only a press of his may do, and subscribes. */
export async function switchPushOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  const key = await publicKey()
  if (!key) return 'unsupported'
  await registerWorker()
  const worker = await navigator.serviceWorker.ready
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  const { endpoint, keys } = made.toJSON()
  await rpc('save_push_subscription', { endpoint, p256dh: keys?.p256dh, auth: keys?.auth, device: deviceName() })
  return 'on'
}

export async function switchPushOff(): Promise<PushState> {
  const known = await subscription()
  if (known) {
    await rpc('remove_push_subscription', { endpoint: known.endpoint }).catch(() => {}) // The worker forgets it when the push service does.
    await known.unsubscribe()
  }
  return 'off'
}

/** "Firefox on Linux", as far as the browser says. */
function deviceName(): string {
  const agent = navigator.userAgent
  const browser = /(Edg|Firefox|Chrome|Safari)\//.exec(agent)?.[1]?.replace('Edg', 'Edge') ?? 'Browser'
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]?.replace('Mac OS X', 'macOS') ?? ''
  return system ? `${browser}, ${system}` : browser
}
