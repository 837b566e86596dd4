import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Service } from '../service.ts'
import { pathOf, refuse, refuseSocket } from './answers.ts'
import { stateClientAddress } from './clientAddress.ts'
import { forwardToCollab, pipeToCollab } from './collab.ts'
import { limitConnections } from './connections.ts'
import { answerPreflight, setApiHeaders } from './headers.ts'
import type { Health } from './health.ts'
import { type BodyLimit, limitBody } from './limits.ts'

export interface Route {
  /** `/auth/v1`: this path and everything below it. */
  prefix: string
  service: Service
  /** Without it the service limits what it takes by itself. */
  body?: BodyLimit
}

export interface GatewayOptions {
  host: string
  /** 0 = a free one. */
  port: number
  routes: Route[]
  /** Answers whatever no route does. */
  client(request: IncomingMessage, response: ServerResponse): void
  health(): Promise<Health>
  /** The local mailbox, when there is one. It decides itself who may look. */
  mailbox?: Service | undefined
  collabSocket: string
  trustedProxies?: string[]
  /** Connections that one address may hold. */
  connectionsPerAddress?: number
  /** How long a client may take to send its headers. */
  headersTimeoutMs?: number
  /** What is told about an error that nobody expected. Nothing of it reaches the client. */
  log(line: string): void
}

export interface Gateway {
  url: string
  /** Takes no more connections, lets requests under way finish, closes the services. */
  close(): Promise<void>
}

const CLOSE_DEADLINE_MS = 5_000
/** Node takes some thirty more, such as TRACE, which says back what it was sent, keys included. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Listens on the one origin and hands each request to the service it belongs to. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { routes, client, health, mailbox, collabSocket, log } = options
  const trustedProxies = new Set(options.trustedProxies)
  const routeOf = (path: string) => routes.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    if (!METHODS.has(request.method ?? '')) return refuse(response, 405, 'method_not_allowed', 'There is nothing here for this method')
    if (path === null)
      return refuse(response, 400, 'bad_request', 'The target of the request must be a path in valid UTF-8, without . and .. as parts')
    if (mailbox && (path === '/dev/mail' || path.startsWith('/dev/mail/'))) return mailbox.handle(request, response)
    stateClientAddress(request, trustedProxies)
    if (path === '/health') return answerHealth(request, response, await health())
    if (path.startsWith('/collab/')) {
      setApiHeaders(response)
      return answerPreflight(request, response) ? undefined : forwardToCollab(collabSocket, request, response)
    }
    if (/^\/l\/[^/]+\/read$/.test(path)) return forwardToCollab(collabSocket, request, response)
    const route = routeOf(path)
    if (!route) {
      // Nothing of the client lies here: a mistyped API path must not answer with a page.
      if (/^\/(auth|rest|storage|realtime|functions|collab|dev)(\/|$)/.test(path)) {
        setApiHeaders(response)
        return refuse(response, 404, 'not_found', 'There is nothing at this path')
      }
      return client(request, response)
    }
    setApiHeaders(response)
    if (answerPreflight(request, response)) return
    if (route.body && !limitBody(request, response, route.body)) return
    await route.service.handle(request, response)
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const path = pathOf(request)
    stateClientAddress(request, trustedProxies)
    const service = path === null ? undefined : routeOf(path)?.service
    if (path === '/collab' || path?.startsWith('/collab/')) pipeToCollab(collabSocket, request, socket, head)
    else if (service?.upgrade) service.upgrade(request, socket, head)
    else refuseSocket(socket, 404, 'not_found', 'There is no WebSocket at this path')
  }

  const server = createServer({
    headersTimeout: options.headersTimeoutMs ?? 15_000,
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 1_000,
  })
  limitConnections(server, options.connectionsPerAddress ?? 4_000, trustedProxies)
  const upgraded = new Set<Duplex>()
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      log(`${request.method} ${pathOf(request)}: ${error instanceof Error ? error.stack : String(error)}`)
      refuse(response, 500, 'internal_error', 'Something went wrong on the server')
    })
  })
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    upgrade(request, socket, head)
  })
  server.on('clientError', answerClientError)

  const port = await listen(server, options)
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      // A connection that is kept alive becomes idle when its request is answered.
      const idle = setInterval(() => server.closeIdleConnections(), 50)
      const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_DEADLINE_MS)
      await Promise.all([...routes.map(({ service }) => service.close()), mailbox?.close()])
      for (const socket of upgraded) socket.destroy()
      await closed
      clearInterval(idle)
      clearTimeout(deadline)
    },
  }
}

function answerHealth(request: IncomingMessage, response: ServerResponse, health: Health): void {
  setApiHeaders(response)
  response.writeHead(health.status === 'ok' ? 200 : 503, { 'content-type': 'application/json; charset=utf-8' })
  response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(health)}\n`)
}

/** What the parser refuses never becomes a request. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET') socket.destroy()
  else if (error.code === 'HPE_HEADER_OVERFLOW') refuseSocket(socket, 431, 'headers_too_large', 'The headers of the request are too large')
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refuseSocket(socket, 408, 'request_timeout', 'The request did not arrive in time')
  else refuseSocket(socket, 400, 'bad_request', 'This is not a valid HTTP request')
}

function listen(server: Server, { host, port }: GatewayOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: 1024 }, () => resolve((server.address() as AddressInfo).port))
  })
}
