import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { isPublicAddress } from '../../functions/_shared/publicAddress.ts'
import { type FetchLimits, internet, type Network, safeFetch } from '../../functions/_shared/safeFetch.ts'
import { pageCard } from '../../functions/jobs/previews/pageCard.ts'

/** An address of the internet, behind which the test's own server answers. */
const PUBLIC = '93.184.216.34'
const LIMITS: FetchLimits = {
  ...{ maxBytes: 100_000, overflow: 'refuse', deadlineMs: 1500, accept: 'text/html', userAgent: 'Atrium' },
  takes: (type) => type === 'text/html',
}

let server: Server
let answer: RequestListener
/** What arrived here, which is inside: nothing may that was not meant for the internet. */
let reached: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    reached.push(`${request.headers.host}${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const port = () => (server.address() as AddressInfo).port
function networkWith(resolve: (name: string) => Promise<string[]>): Network {
  reached = []
  return { resolve, reach: (address) => (address === PUBLIC ? { address: '127.0.0.1', port: port() } : { address, port: port() }) }
}
const honest = () => networkWith(async () => [PUBLIC])
const codeOf = (address: string, network: Network, limits = LIMITS) =>
  safeFetch(address, limits, network).then(
    () => 'fetched',
    (error: { code: string }) => error.code,
  )
const html: RequestListener = (_request, response) => response.setHeader('content-type', 'text/html').end('<title>Inside</title>')

// biome-ignore format: the table is the specification
test.for([
  // Loopback, private, link-local with the clouds' metadata, shared, benchmarks, multicast, reserved, broadcast, one cloud's own.
  '127.0.0.1', '127.8.9.1', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200',
  '192.0.0.192', '198.18.0.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '192.0.2.1', '203.0.113.7', '168.63.129.16',
  '::', '::1', 'fe80::1', 'fe80::1%lo', 'fc00::1', 'fd00:ec2::254', 'fec0::1', 'ff02::1', '2001:db8::1', '100::1',
  // IPv4 inside IPv6: mapped, compatible, translated, NAT64, local NAT64, 6to4, Teredo. A public one inside is no excuse.
  '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:93.184.216.34', '::127.0.0.1', '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a00:1',
  '2002:7f00:1::', '2002:a9fe:a9fe::1', '2001:0:53aa:64c:0:fbff:80ff:fffe', '', 'localhost', '127.1', '0x7f000001',
] as const)('[PREV1] %s is no address of the internet', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})
test.for(['93.184.216.34', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001:82a::200e'])(
  '[PREV1] %s is one',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

// biome-ignore format: the table is the specification
test.for([
  ['http://127.0.0.1/', 'address_refused'],
  ['http://2130706433/', 'address_refused'], // decimal
  ['http://0177.0.0.1/', 'address_refused'], // octal
  ['http://0x7f.1/', 'address_refused'], // hexadecimal and short
  ['http://127。0。0。1/', 'address_refused'], // full stops of another script
  ['http://①②⑦.0.0.1/', 'address_refused'],
  ['http://[::ffff:127.0.0.1]/', 'address_refused'],
  ['http://[::1]/', 'address_refused'],
  ['http://[64:ff9b::169.254.169.254]/', 'address_refused'],
  ['http://169.254.169.254/latest/meta-data/', 'address_refused'],
  ['http://user:pass@example.com/', 'credentials_refused'],
  ['http://example.com@127.0.0.1/', 'credentials_refused'],
  ['http://example.com:22/', 'port_refused'],
  ['https://example.com:5432/', 'port_refused'],
  ['file:///etc/passwd', 'protocol_refused'],
  ['gopher://example.com/', 'protocol_refused'],
  ['data:text/html,<title>x', 'protocol_refused'],
  ['javascript:alert(1)', 'protocol_refused'],
  ['http://', 'address_invalid'],
  ['not an address', 'address_invalid'],
] as const)('[PREV1] %s is not fetched', async ([address, code]) => {
  answer = html
  expect(await codeOf(address, honest())).toBe(code)
  expect(reached).toEqual([])
})

test('[PREV1] a name that leads inside is refused, also when other addresses of it lead outside', async () => {
  answer = html
  expect(
    await codeOf(
      'http://inside.test/',
      networkWith(async () => ['10.1.2.3']),
    ),
  ).toBe('address_refused')
  expect(
    await codeOf(
      'http://both.test/',
      networkWith(async () => [PUBLIC, '::1']),
    ),
  ).toBe('address_refused')
  expect(
    await codeOf(
      'http://nobody.test/',
      networkWith(async () => []),
    ),
  ).toBe('address_refused')
  expect(await codeOf('http://localhost/', internet)).toBe('address_refused')
  expect(reached).toEqual([])
})

test('[PREV1] a name server that changes its mind between check and use (DNS rebinding) changes nothing', async () => {
  answer = html
  const names = await nameServer([PUBLIC, '127.0.0.1'])
  const resolver = new Resolver()
  resolver.setServers([`127.0.0.1:${names.port}`])
  const network = networkWith((name) => resolver.resolve4(name))
  expect((await safeFetch('http://rebind.test/', LIMITS, network)).url.hostname).toBe('rebind.test')
  expect(names.asked()).toBe(1)
  // The second answer is the inner one: it is checked like the first.
  expect(await codeOf('http://rebind.test/', network)).toBe('address_refused')
  expect(reached).toEqual(['rebind.test/'])
})

// biome-ignore format: the table is the specification
test.for([
  ['http://169.254.169.254/latest/', 'address_refused'],
  ['http://127.0.0.1:5432/', 'port_refused'],
  ['//[::1]/', 'address_refused'],
  ['http://0/', 'address_refused'],
  ['file:///etc/passwd', 'protocol_refused'],
  ['https://me:you@example.com/', 'credentials_refused'],
  ['http://inside.test/', 'address_refused'],
] as const)('[PREV2] a redirect to %s is not followed', async ([location, code]) => {
  answer = (_request, response) => response.writeHead(302, { location }).end()
  const network = networkWith(async (name) => [name === 'inside.test' ? '192.168.0.1' : PUBLIC])
  expect(await codeOf('http://example.com/', network)).toBe(code)
  expect(reached).toEqual(['example.com/'])
})

test('[PREV2] five redirects are followed, and not a sixth', async () => {
  let left = 5
  answer = (request, response) =>
    left-- > 0 ? response.writeHead(301, { location: `/step/${left}` }).end() : html(request as never, response as never)
  expect((await safeFetch('http://example.com/', LIMITS, honest())).url.pathname).toBe('/step/0')
  left = 6
  expect(await codeOf('http://example.com/', honest())).toBe('too_many_redirects')
})

// biome-ignore format: the table is the specification
test.for([
  ['an endless body', 'too_large', (response) => { response.setHeader('content-type', 'text/html'); const more = () => { while (response.write('a'.repeat(65536))); }; response.on('drain', more); more() }],
  ['a length that is announced', 'too_large', (response) => response.writeHead(200, { 'content-type': 'text/html', 'content-length': 10 ** 9 }).flushHeaders()],
  ['a gzip bomb', 'too_large', (response) => response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)))],
  ['broken gzip', 'broken', (response) => response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end('no gzip')],
  ['an unknown encoding', 'encoding_refused', (response) => response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'zstd2' }).end('x')],
  ['another type', 'type_refused', (response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('x')],
  ['a drawing', 'type_refused', (response) => response.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg onload=alert(1)>')],
  ['no type', 'type_refused', (response) => response.writeHead(200).end('x')],
  ['an error', 'status_refused', (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('x')],
  ['one byte now and then', 'too_slow', (response) => { response.writeHead(200, { 'content-type': 'text/html' }); const timer = setInterval(() => response.write('a'), 100); response.on('close', () => clearInterval(timer)) }],
  ['a cut connection', 'broken', (response) => { response.writeHead(200, { 'content-type': 'text/html', 'content-length': 100 }); response.write('half'); setTimeout(() => response.socket?.destroy(), 50) }],
] as [string, string, (response: Parameters<RequestListener>[1]) => void][])('[PREV3] %s is given up', async ([, code, send]) => {
  answer = (_request, response) => send(response as never)
  expect(await codeOf('http://example.com/', honest())).toBe(code)
})

test('[PREV3] headers that never end and a server that never answers are given up', async () => {
  const sockets: Socket[] = []
  const silent = createTcpServer((socket) => sockets.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const network: Network = {
    resolve: async () => [PUBLIC],
    reach: () => ({ address: '127.0.0.1', port: (silent.address() as AddressInfo).port }),
  }
  expect(await codeOf('http://example.com/', network)).toBe('too_slow')
  expect(await codeOf('http://never.test/', { ...network, resolve: () => new Promise(() => {}) })).toBe('too_slow')
})

test('[PREV3] of a long page the beginning is read, and nothing but its words', async () => {
  const head = `<html><head><meta charset="iso-8859-1"><title> A &lt;b&gt; \u202eevil&#10; title </title>
    <meta property="og:description" content="<script>alert(1)</script> caf\xe9"><meta property="og:image" content="/a.png"></head>`
  answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(Buffer.from(head.replace('\u202e', '') + 'x'.repeat(500_000), 'latin1'))
  const fetched = await safeFetch('http://www.example.com/page', { ...LIMITS, overflow: 'cut' }, honest())
  expect(fetched.bytes.length).toBe(LIMITS.maxBytes)
  expect(pageCard(fetched)).toEqual({
    title: 'A <b> evil title',
    description: '<script>alert(1)</script> café',
    site: 'example.com',
    image: 'http://www.example.com/a.png',
  })
})

test('[PREV4] words that a page wants shown nowhere else are not, and addresses that are none of the web are no pictures', () => {
  const card = (page: string, headers = {}) =>
    pageCard({
      url: new URL('https://example.com/'),
      type: 'text/html',
      charset: 'utf-8',
      headers,
      bytes: new TextEncoder().encode(page) as never,
    })
  expect(
    card('<title>T</title><meta name="description" content="secret"><meta name="robots" content="noindex, nosnippet">')?.description,
  ).toBe('')
  expect(card('<title>T</title><meta name="description" content="secret">', { 'x-robots-tag': 'nosnippet' })?.description).toBe('')
  expect(card('<title>T</title><meta property="og:image" content="javascript:alert(1)">')?.image).toBeNull()
  expect(card('<title>T</title><meta property="og:image" content="data:image/svg+xml,x">')?.image).toBeNull()
  expect(card('<body><svg><title>Drawing</title></svg>')).toBeNull()
})

/** A name server that gives one answer after the other, the last one for ever, each for no time at all. */
async function nameServer(answers: string[]) {
  const socket = createSocket('udp4')
  let asked = 0
  socket.on('message', (query, { port, address }) => {
    const ip = answers[Math.min(asked++, answers.length - 1)] as string
    const end = query.indexOf(0, 12) + 5
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...ip.split('.').map(Number)])
    const header = Buffer.from([query[0] as number, query[1] as number, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
    socket.send(Buffer.concat([header, query.subarray(12, end), record]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void socket.close())
  return { port: socket.address().port, asked: () => asked }
}
