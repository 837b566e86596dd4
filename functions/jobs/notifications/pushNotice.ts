import { encryptNotification, vapidHeaders } from '@block65/webcrypto-web-push'
import { type Notice, pathOf, sentenceOf } from './words.ts'

export interface Push extends Notice {
  subscription_id: string
  endpoint: string
  p256dh: string
  auth: string
  unread: number
}

export interface Vapid {
  /** An uncompressed P-256 point, in base64url. */
  publicKey: string
  /** Its scalar, in base64url. */
  privateKey: string
  /** Whom a push service may ask: a `mailto:` or `https:` address. */
  subject: string
}

export type Delivered = 'sent' | 'gone' | 'refused'

/** The push services of the browsers. Anything else that calls itself one could be an address inside the operator's network. */
const SERVICES = [/^fcm\.googleapis\.com$/, /(^|\.)push\.services\.mozilla\.com$/, /(^|\.)push\.apple\.com$/, /(^|\.)notify\.windows\.com$/]
const TIMEOUT_MS = 10_000
/** A day: who was away for longer finds it in the inbox. */
const TTL_SECONDS = 86_400

/** Whether the worker may ask this address.
 *  @param more origins that the operator allows besides those of the browsers' makers */
export function isPushService(endpoint: string, more: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false
  const { origin, protocol, hostname, port } = new URL(endpoint)
  return more.includes(origin) || (protocol === 'https:' && port === '' && SERVICES.some((known) => known.test(hostname)))
}

/** The message in the form of Declarative Web Push: a browser that knows it shows it by itself, the others hand it to our service worker. */
export function pushBody(push: Push, siteUrl: string): object {
  return {
    web_push: 8030,
    notification: {
      title: sentenceOf(push).slice(0, 200),
      ...(push.excerpt && { body: push.excerpt.slice(0, 300) }),
      lang: 'en',
      dir: 'auto',
      // The same message twice is shown once.
      tag: push.notification_id,
      navigate: `${siteUrl}${pathOf(push)}`,
      silent: false,
    },
    app_badge: String(push.unread),
  }
}

/** Hands a message to the push service of one browser. Throws when it may work later. */
export async function pushNotice(
  push: Push,
  { vapid, siteUrl, services }: { vapid: Vapid; siteUrl: string; services: readonly string[] },
): Promise<Delivered> {
  if (!isPushService(push.endpoint, services)) return 'gone'
  const subscription = { endpoint: push.endpoint, expirationTime: null, keys: { p256dh: push.p256dh, auth: push.auth } }
  let request: { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> }
  try {
    // The token says for which service it is; one of the operator's own may lack TLS.
    const { headers } = await vapidHeaders({ ...subscription, endpoint: push.endpoint.replace(/^http:/, 'https:') }, vapid)
    const body = await encryptNotification(subscription, new TextEncoder().encode(JSON.stringify(pushBody(push, siteUrl))))
    request = { headers: headers as Record<string, string>, body: new Uint8Array(body) }
  } catch {
    return 'gone' // Keys that are no keys will not become ones.
  }
  const response = await fetch(push.endpoint, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      ...request.headers,
      ttl: String(TTL_SECONDS),
      urgency: push.kind === 'direct' || push.kind.endsWith('mention') ? 'high' : 'normal',
      // What waits at the service is replaced by the same message: 32 characters at most.
      topic: push.notification_id.replaceAll('-', ''),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/notification+json',
    },
    body: request.body,
  })
  await response.body?.cancel()
  if (response.ok) return 'sent'
  if (response.status === 404 || response.status === 410) return 'gone'
  if (response.status === 429 || response.status >= 500) throw new Error(`The push service answered ${response.status}`)
  return 'refused'
}
