import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createClient } from '../../supabase/local/gateway/client.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../supabase/local/gateway/gateway.ts'
import type { Service } from '../../supabase/local/service.ts'

const directory = mkdtempSync(join(tmpdir(), 'atrium-gateway-'))
const collabSocket = join(directory, 'collab.sock')
const SCRIPT = `console.log(${JSON.stringify('a'.repeat(5000))})`
const KIBIBYTE = 1024

/** Answers with what reached it: the caller's address and how much of a body. */
const echo: Service = {
  async handle(request, response) {
    if (request.url?.endsWith('/throws')) throw new Error('a secret of the server')
    let bytes = 0
    for await (const chunk of request) bytes += (chunk as Buffer).length
    const { 'x-forwarded-for': address, 'x-forwarded-host': host, 'x-real-ip': realIp } = request.headers
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ method: request.method, url: request.url, address, host, realIp, bytes }))
  },
  async close() {},
}

function open(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  return createGateway({
    host: '127.0.0.1',
    port: 0,
    routes: [
      { prefix: '/rest/v1', service: echo, body: { bytes: 64 * KIBIBYTE, milliseconds: 300 } },
      { prefix: '/storage/v1', service: echo },
    ],
    client: createClient({ directory, publishableKey: 'sb_publishable_test' }),
    health: async () => ({ status: 'down', parts: { gateway: 'up', postgres: 'down' } }),
    collabSocket,
    log: () => {},
    ...options,
  })
}

let gateway: Gateway

beforeAll(async () => {
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<!doctype html><meta name="atrium-publishable-key" content=""><title>Atrium</title>')
  writeFileSync(join(directory, 'assets/app-1a2b.js'), SCRIPT)
  writeFileSync(join(directory, 'assets/app-1a2b.js.br'), brotliCompressSync(SCRIPT))
  writeFileSync(join(directory, 'robots.txt'), 'User-agent: *\nDisallow: /\n')
  gateway = await open()
})
afterAll(async () => {
  await gateway.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Sends bytes as they are and gives what comes back until the connection ends. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part))
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
  })
}

test('[GATE1] the page carries the publishable key, a strict policy and no right to be framed', async () => {
  for (const path of ['/', '/d/0190b5c2', '/login']) {
    const response = await fetch(gateway.url + path)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('name="atrium-publishable-key" content="sb_publishable_test"')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe|style-src [^;]*unsafe/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
    expect(response.headers.get('permissions-policy')).toContain('camera=()')
    expect(response.headers.get('cache-control')).toBe('no-cache')
  }
})

test('[GATE2] files come in brotli, for ever where the name holds the hash, and 304 when nothing changed', async () => {
  const path = `${gateway.url}/assets/app-1a2b.js`
  const { headers, body } = await get(path, { 'accept-encoding': 'gzip, br' })
  expect(headers['content-encoding']).toBe('br')
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(brotliDecompressSync(body).toString()).toBe(SCRIPT)
  const plain = await get(path, { 'accept-encoding': 'gzip, br;q=0' })
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.body.toString()).toBe(SCRIPT)
  expect((await get(path, { 'if-none-match': String(headers.etag) })).status).toBe(304)
})

test.for([
  ['GET', '/assets/app-0ld.js', 404, 'not_found'],
  ['GET', '/assets/gone', 404, 'not_found'],
  ['GET', '/missing.png', 404, 'not_found'],
  ['GET', '/.git/config', 404, 'not_found'],
  ['GET', '/.env', 404, 'not_found'],
  ['GET', '/..%2f..%2fetc%2fpasswd.txt', 404, 'not_found'],
  ['GET', '/rest/v2/anything', 404, 'not_found'],
  ['GET', '/auth/v1/health', 404, 'not_found'],
  ['GET', '/dev/mail', 404, 'not_found'],
  ['POST', '/d/0190b5c2', 405, 'method_not_allowed'],
  ['GET', '/rest/v1/throws', 500, 'internal_error'],
] as const)('[GATE3] %s %s answers %i with a code and a sentence', async ([method, path, status, code]) => {
  const response = await fetch(gateway.url + path, { method })
  expect(response.status).toBe(status)
  const body = (await response.json()) as { code: string; message: string }
  expect(body).toEqual({ code, message: expect.any(String) })
  expect(body.message).not.toContain('secret')
})

test('[GATE4] what a stranger says about his address is not believed; what a trusted proxy says is', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.8', 'x-forwarded-host': 'evil.example' }
  expect(await json(`${gateway.url}/rest/v1/x`, { headers })).toEqual({ method: 'GET', url: '/rest/v1/x', address: '127.0.0.1', bytes: 0 })
  const behindProxy = await open({ trustedProxies: ['127.0.0.1'] })
  const seen = await json(`${behindProxy.url}/rest/v1/x`, { headers: { ...headers, 'x-forwarded-for': '198.51.100.1, 203.0.113.7' } })
  await behindProxy.close()
  expect(seen).toEqual({ method: 'GET', url: '/rest/v1/x', address: '203.0.113.7', host: 'evil.example', bytes: 0 })
})

test('[GATE5] a body that is too large is refused with 413, announced or not', async () => {
  const body = 'a'.repeat(65 * KIBIBYTE)
  const announced = await fetch(`${gateway.url}/rest/v1/x`, { method: 'POST', body })
  expect(announced.status).toBe(413)
  expect(await announced.json()).toMatchObject({ code: 'payload_too_large' })
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const unannounced = await raw(gateway.url, `POST /rest/v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
  expect(unannounced).toMatch(/^HTTP\/1\.1 413 .*payload_too_large/s)
  expect(await json(`${gateway.url}/storage/v1/x`, { method: 'POST', body })).toMatchObject({ bytes: body.length })
  expect(await json(`${gateway.url}/rest/v1/x`, { method: 'POST', body: body.slice(KIBIBYTE) })).toMatchObject({ bytes: 64 * KIBIBYTE })
})

test('[GATE6] a request that never arrives whole is ended with 408, body or headers', async () => {
  expect(await raw(gateway.url, 'POST /rest/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')).toMatch(
    /^HTTP\/1\.1 408 .*request_timeout/s,
  )
  const impatient = await open({ headersTimeoutMs: 200 })
  const answer = await raw(impatient.url, 'GET / HTTP/1.1\r\nHost')
  await impatient.close()
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*request_timeout/s)
})

test.for([
  ['no HTTP at all', 'HELLO\r\n\r\n', 400],
  [
    'both ways of saying the length',
    'POST /rest/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['a target that is no path', 'GET http://other.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
  ['headers beyond measure', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
] as const)('[GATE7] %s is refused with a sentence', async ([, text, status]) => {
  expect(await raw(gateway.url, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} .*"code":"[a-z_]+","message":"[A-Z]`, 's'))
})

test('[GATE8] other origins may use the API with a key, as on Supabase, and never with cookies', async () => {
  const preflight = await fetch(`${gateway.url}/rest/v1/x`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://other.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'apikey, content-type',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toBe('apikey, content-type')
  const response = await fetch(`${gateway.url}/rest/v1/x`, { headers: { origin: 'https://other.example' } })
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await fetch(gateway.url)).headers.get('access-control-allow-origin')).toBeNull()
})

test('[GATE9] a document socket reaches the collaboration server, and answers 503 while that is down', async () => {
  const down = await raw(gateway.url, UPGRADE)
  expect(down).toMatch(/^HTTP\/1\.1 503 .*collab_down/s)
  const server = createServer().listen(collabSocket)
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) =>
    socket.on('message', (data) => socket.send(`${request.url} ${request.headers['x-forwarded-for']} ${data}`)),
  )
  const client = new WebSocket(`${gateway.url.replace('http', 'ws')}/collab/x?y=1`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
  const answer = new Promise((resolve, reject) => {
    client.once('message', (data) => resolve(String(data)))
    client.once('error', reject)
  })
  client.once('open', () => client.send('hello'))
  expect(await answer).toBe('/collab/x?y=1 127.0.0.1 hello')
  const closed = new Promise((resolve) => client.once('close', resolve))
  for (const socket of sockets.clients) socket.terminate()
  await closed
  await new Promise((resolve) => server.close(resolve))
})

test('[GATE9] what is sent to the collaboration server is answered as it said, also when it does not read to the end', async () => {
  // A process of its own, so that it answers and closes while the gateway still writes.
  const program = `require('node:http').createServer((_, response) => response.writeHead(413).end()).listen(${JSON.stringify(collabSocket)})`
  const server = spawn(process.execPath, ['-e', program])
  await expect.poll(() => existsSync(collabSocket)).toBe(true)
  const body = 'x'.repeat(20_000)
  for (let batch = 0; batch < 20; batch++) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${gateway.url}/collab/form`, { method: 'POST', body })))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(413))
  }
  server.kill()
  await once(server, 'exit')
  rmSync(collabSocket)
})

test('[GATE9] a question to the collaboration server is passed on, and its answer is as it said', async () => {
  const down = await fetch(`${gateway.url}/collab/documents/x`)
  expect([down.status, await down.json()]).toMatchObject([503, { code: 'collab_down' }])
  const server = createServer((request, response) =>
    response
      .writeHead(418, { 'content-type': 'text/plain', 'retry-after': '2' })
      .end(`${request.url} ${request.headers['x-forwarded-for']} ${request.headers.authorization}`),
  ).listen(collabSocket)
  const answer = await fetch(`${gateway.url}/collab/documents/x/at/now?y=1`, {
    headers: { authorization: 'Bearer abc', 'x-forwarded-for': '203.0.113.7' },
  })
  expect(await answer.text()).toBe('/collab/documents/x/at/now?y=1 127.0.0.1 Bearer abc')
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-content-type-options')]).toEqual([418, '2', 'nosniff'])
  const preflight = await fetch(`${gateway.url}/collab/documents/x`, {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'GET', origin: 'https://example.org' },
  })
  expect(preflight.status).toBe(204)
  await new Promise((resolve) => server.close(resolve))
})

test('[GATE10] one address that opens connections without end loses the idle ones, and others are served all the while', async () => {
  const small = await open({ connectionsPerAddress: 50 })
  const port = Number(new URL(small.url).port)
  const opened: Socket[] = []
  for (let index = 0; index < 200; index++) opened.push(connect(port, '127.0.0.1').on('error', () => {}))
  await expect.poll(() => opened.filter((socket) => socket.destroyed).length, { timeout: 5_000 }).toBeGreaterThanOrEqual(150)
  const ofAnother = await get(`${small.url}/rest/v1/x`, {}, '127.0.0.2')
  const ofTheSame = await get(`${small.url}/rest/v1/x`, {})
  for (const socket of opened) socket.destroy()
  await small.close()
  expect([ofAnother.status, ofTheSame.status]).toEqual([200, 200])
})

test('[GATE11] a stop lets a request under way finish and takes no new one', async () => {
  const { promise: reached, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>()
  const slow: Service = {
    async handle(_, response) {
      arrive()
      await allowed
      response.end('done')
    },
    async close() {},
  }
  const stopping = await open({ routes: [{ prefix: '/rest/v1', service: slow }] })
  const answer = fetch(`${stopping.url}/rest/v1/x`).then((response) => response.text())
  await reached
  const closed = stopping.close()
  await expect(fetch(stopping.url)).rejects.toThrow()
  allow()
  expect(await answer).toBe('done')
  await closed
})

test('[HEALTH1] /health answers 503 and names the part that is down', async () => {
  const response = await fetch(`${gateway.url}/health`)
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({ status: 'down', parts: { gateway: 'up', postgres: 'down' } })
})

const UPGRADE =
  'GET /collab HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

async function json(url: string, init: RequestInit = {}): Promise<unknown> {
  return (await fetch(url, init)).json()
}

/** As fetch, but it unpacks nothing, and can come from another address. */
function get(
  url: string,
  headers: Record<string, string>,
  localAddress?: string,
): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { headers, agent: false, ...(localAddress ? { localAddress } : {}) }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) })
    })
    sent.once('error', reject)
    sent.end()
  })
}
