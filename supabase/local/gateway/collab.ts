import { Agent, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { refuse, refuseSocket } from './answers.ts'

const DOWN = [503, 'collab_down', 'The collaboration server is not running at the moment'] as const
// Its connections stay open: one that the server closes after its answer fails the end of a request that is still being written.
const agent = new Agent({ keepAlive: true })

/** Passes a request on to the collaboration server, which limits what it reads. Its headers come last, so what it says stands. */
export function forwardToCollab(socketPath: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = request
  const { connection: _, ...sent } = headers
  const forwarded = requestOf({ agent, socketPath, method, path, headers: sent }, (answer) => {
    const { connection: __, 'keep-alive': ___, ...kept } = answer.headers
    response.writeHead(answer.statusCode ?? 502, kept)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  forwarded.on('error', () => refuse(response, ...DOWN))
  response.on('close', () => forwarded.destroy())
  request.pipe(forwarded)
}

/** Pipes an upgrade to the collaboration server, bytes as they are; the pipes hold back whoever is faster than the other side. */
export function pipeToCollab(socketPath: string, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const server = connect(socketPath)
  const end = () => {
    client.destroy()
    server.destroy()
  }
  client.on('error', end)
  client.once('close', end)
  server.once('error', () => refuseSocket(client, ...DOWN))
  server.once('connect', () => {
    server.removeAllListeners('error')
    server.on('error', end)
    server.once('close', end)
    server.write(requestHead(request))
    if (head.length > 0) server.write(head)
    client.pipe(server)
    server.pipe(client)
  })
}

function requestHead({ method, url, headers }: IncomingMessage): string {
  // Node has parsed and checked the headers: none of them can hold a line break.
  const lines = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}`))
  return [`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}
