import type { IncomingMessage } from 'node:http'

/** An IPv4 address in the form of an IPv6 one is the IPv4 one. */
export const plainAddress = (address: string | undefined) => (address ?? '').replace(/^::ffff:/, '')

const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'x-forwarded-path',
  'x-original-url',
  'x-rewrite-url',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
]

/** Leaves `x-forwarded-for` with exactly one address, the client's. What strangers say about it is removed; a trusted proxy is believed
 *  in the last address it wrote, and in the protocol and host. */
export function stateClientAddress(request: IncomingMessage, trustedProxies: ReadonlySet<string>): void {
  const peer = plainAddress(request.socket.remoteAddress)
  const { headers } = request
  const isTrusted = trustedProxies.has(peer)
  const forwardedFor = isTrusted ? lastAddress(headers['x-forwarded-for']) : undefined
  for (const name of FORWARDING_HEADERS)
    if (!(isTrusted && (name === 'x-forwarded-proto' || name === 'x-forwarded-host'))) delete headers[name]
  headers['x-forwarded-for'] = forwardedFor ?? peer
}

/** Whether a request comes from this very machine, by no proxy and by no foreign page (whose name was rebound to loopback). */
export function isLocal(request: IncomingMessage): boolean {
  const peer = plainAddress(request.socket.remoteAddress)
  const isLoopback = peer === '::1' || peer.startsWith('127.')
  const isForwarded = ['via', ...FORWARDING_HEADERS].some((name) => request.headers[name] !== undefined)
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  return isLoopback && !isForwarded && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(host)
}

function lastAddress(header: string | string[] | undefined): string | undefined {
  const address = String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  return address && /^[\da-f.:]+$/i.test(address) ? plainAddress(address) : undefined
}
