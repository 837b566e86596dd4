import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as send } from 'node:http'
import { connect, isIP } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { isPublicAddress } from './publicAddress.ts'

/** Why an address of the web was not fetched: a word for logs. People are told nothing: it would map the inner network for them. */
export class FetchRefused extends Error {
  readonly code: string
  constructor(code: string, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

export interface FetchLimits {
  /** Of the unpacked body. */
  maxBytes: number
  /** What is longer is cut there, or refused. */
  overflow: 'cut' | 'refuse'
  /** For everything: names, redirects, the last byte. */
  deadlineMs: number
  accept: string
  /** Which media types are read at all. */
  takes(type: string): boolean
  userAgent: string
}

export interface Fetched {
  /** Where the last redirect led. */
  url: URL
  type: string
  charset: string | undefined
  headers: IncomingMessage['headers']
  bytes: Uint8Array<ArrayBuffer>
}

/** How names become addresses, and where an address that passed the check is reached. */
export interface Network {
  resolve(name: string): Promise<string[]>
  reach(address: string, port: number): { address: string; port: number }
}

export const internet: Network = {
  resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
  reach: (address, port) => ({ address, port }),
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const UNPACK: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** Fetches what somebody named, from the public internet and from nowhere else. The name is resolved once, every address it has is
 *  checked, and the connection goes to a checked one: an answer that changes between check and use (DNS rebinding) changes nothing.
 *  Each redirect begins anew. No cookies, no credentials, no address with a port of its own. Throws FetchRefused. */
export async function safeFetch(address: string, limits: FetchLimits, network: Network = internet): Promise<Fetched> {
  const deadline = AbortSignal.timeout(limits.deadlineMs)
  let url = parse(address)
  for (let redirects = 0; ; redirects++) {
    const response = await open(url, limits, network, deadline)
    const { location } = response.headers
    if (!REDIRECTS.has(response.statusCode ?? 0) || !location) return read(url, response, limits, deadline)
    response.destroy()
    if (redirects === MAX_REDIRECTS) throw new FetchRefused('too_many_redirects')
    url = parse(location, url)
  }
}

function parse(address: string, base?: URL): URL {
  const url = URL.parse(address, base)
  if (!url) throw new FetchRefused('address_invalid')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new FetchRefused('protocol_refused')
  if (url.username || url.password) throw new FetchRefused('credentials_refused')
  if (!['', '80', '443'].includes(url.port)) throw new FetchRefused('port_refused')
  return url
}

/** The address to connect to. A name with one address of ours among others is refused whole: it has no honest reason. */
async function checkedAddress(host: string, network: Network, deadline: AbortSignal): Promise<string> {
  const addresses = isIP(host) ? [host] : await before(deadline, network.resolve(host))
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw new FetchRefused('address_refused')
  // Not every machine has IPv6.
  return addresses.find((known) => isIP(known) === 4) ?? (addresses[0] as string)
}

function before<T>(deadline: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new FetchRefused('too_slow'))
    if (deadline.aborted) late()
    deadline.addEventListener('abort', late, { once: true })
    promise.then(resolve, (error: unknown) => reject(new FetchRefused('name_unknown', error)))
  })
}

async function open(url: URL, limits: FetchLimits, network: Network, deadline: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const address = await checkedAddress(host, network, deadline)
  const target = network.reach(address, Number(url.port) || (url.protocol === 'https:' ? 443 : 80))
  return new Promise((resolve, reject) => {
    const request = send({
      // Called for a connection to the address that was checked, and no name is asked for again. TLS holds the certificate against the name.
      createConnection: () =>
        url.protocol === 'https:'
          ? connectTls({ host: target.address, port: target.port, servername: isIP(host) ? '' : host, ALPNProtocols: ['http/1.1'] })
          : connect({ host: target.address, port: target.port }),
      path: `${url.pathname}${url.search}`,
      maxHeaderSize: 16_384,
      headers: {
        host: url.host,
        accept: limits.accept,
        'accept-encoding': 'gzip, br',
        'accept-language': 'en, *;q=0.5',
        'user-agent': limits.userAgent,
      },
    })
    const late = () => request.destroy(new FetchRefused('too_slow'))
    deadline.addEventListener('abort', late, { once: true })
    if (deadline.aborted) late()
    request.once('response', resolve)
    request.on('error', (error) => reject(deadline.aborted ? new FetchRefused('too_slow') : new FetchRefused('unreachable', error)))
    request.end()
  })
}

async function read(url: URL, response: IncomingMessage, limits: FetchLimits, deadline: AbortSignal): Promise<Fetched> {
  try {
    if (response.statusCode !== 200) throw new FetchRefused('status_refused')
    const [, type = '', charset] = /^\s*([^\s;]+)(?:.*charset="?([\w-]+))?/i.exec(response.headers['content-type'] ?? '') ?? []
    if (!limits.takes(type.toLowerCase())) throw new FetchRefused('type_refused')
    if (limits.overflow === 'refuse' && Number(response.headers['content-length']) > limits.maxBytes) throw new FetchRefused('too_large')
    const bytes = await collect(unpacked(response), limits, deadline)
    return { url, type: type.toLowerCase(), charset, headers: response.headers, bytes }
  } finally {
    response.destroy()
  }
}

function unpacked(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return response
  const unpack = Object.hasOwn(UNPACK, encoding) ? UNPACK[encoding] : undefined
  if (!unpack) throw new FetchRefused('encoding_refused')
  const out = unpack() as unknown as Readable & NodeJS.WritableStream
  pipeline(response, out, () => {}) // What goes wrong is heard where it is read.
  return out
}

/** Stops at the limit: of a bomb no more is unpacked than that and one chunk. */
function collect(stream: Readable, { maxBytes, overflow }: FetchLimits, deadline: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const done = () => {
      const bytes = new Uint8Array(Math.min(length, maxBytes))
      let at = 0
      for (const chunk of chunks) {
        bytes.set(chunk.subarray(0, maxBytes - at), at)
        at += Math.min(chunk.length, maxBytes - at)
      }
      resolve(bytes)
    }
    const fail = (error: unknown) => {
      stream.destroy()
      reject(error instanceof FetchRefused ? error : new FetchRefused('broken', error))
    }
    deadline.addEventListener('abort', () => fail(new FetchRefused('too_slow')), { once: true })
    if (deadline.aborted) return fail(new FetchRefused('too_slow'))
    stream.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= maxBytes) return
      stream.destroy()
      if (overflow === 'cut') done()
      else fail(new FetchRefused('too_large'))
    })
    stream.once('end', done)
    stream.once('error', fail)
    stream.once('close', () => reject(new FetchRefused('broken'))) // After done() it says nothing new.
  })
}
