import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { type Collaboration, createCollaboration } from './collaboration.ts'
import { type Config, type ListenAddress, readConfig } from './config.ts'
import { isWriteToLostConnection } from './connections.ts'
import { createDatabase } from './database.ts'
import { createFolderZips } from './folderZips.ts'
import { createHistory } from './history/history.ts'
import { createHttp } from './http.ts'
import { createAdmission, frameBytes } from './limits.ts'
import { createLinkedPages } from './linkedPages.ts'
import { createTokenVerifier } from './tokens.ts'

const STOP_DEADLINE_MS = 10_000
/** A hiccup of the database is not worth an alarm. */
const UNHEALTHY_AFTER_MS = 5_000

interface Running {
  /** As in the setting LISTEN, with the port that was really taken. */
  listening: string
  stop(): Promise<void>
}

/** One line of JSON per event on standard error. What clients sent is never part of it. */
function report(message: string, error?: unknown): void {
  const cause = error instanceof Error ? { error: `${error.name}: ${error.message}` } : {}
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), part: 'collaboration', message, ...cause })}\n`)
}

async function start(config: Config): Promise<Running> {
  const database = createDatabase(config.databaseUrl)
  const verifyToken = createTokenVerifier(config)
  const history = createHistory({ databaseUrl: config.databaseUrl, pauseMs: config.historyPauseMs, report })
  const collaboration = createCollaboration({
    database,
    history,
    verifyToken,
    serverId: randomUUID(),
    limits: config.limits,
    clock: Date.now,
    report,
  })
  const admission = createAdmission(config.limits)
  const webSocketServer = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: frameBytes(config.limits) })

  const http = createHttp({ database, history, verifyToken, clock: Date.now, report })
  const linkedPages = createLinkedPages({ database, storage: config.storage, clock: Date.now, report })
  const folderZips = createFolderZips({ storage: config.storage, database, verifyToken, report })
  const server = createServer((request, response) => {
    if (folderZips.isOne(pathOf(request))) return folderZips.answer(request, response)
    if (linkedPages.isOne(pathOf(request))) return linkedPages.answer(request, response, addressOf(request, config.trustForwardedFor))
    if (request.method !== 'GET' || pathOf(request) !== '/health') return http(request, response)
    const { status, body } = healthOf(collaboration, admission.connections())
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => {}) // Somebody hangs up in the middle of the handshake.
    const path = pathOf(request)
    if (path !== '/collab' && !path.startsWith('/collab/')) return refuseUpgrade(stream, 404)
    const admitted = admission.enter(addressOf(request, config.trustForwardedFor))
    if ('refused' in admitted) return refuseUpgrade(stream, admitted.refused)
    stream.once('close', admitted.leave)
    webSocketServer.handleUpgrade(request, stream, head, (webSocket) => collaboration.accept(webSocket, stream, request))
  })

  return {
    listening: await listen(server, config.listen),
    async stop() {
      server.close()
      await collaboration.close()
      await history.close()
      await database.close()
      server.closeAllConnections()
    },
  }
}

function healthOf(collaboration: Collaboration, connections: number) {
  const health = collaboration.health()
  const isWell = (health.failingForMs ?? 0) < UNHEALTHY_AFTER_MS
  return { status: isWell ? 200 : 503, body: { status: isWell ? 'ok' : 'database_down', connections, ...health } }
}

const pathOf = (request: IncomingMessage) => (request.url ?? '/').split('?', 1)[0] as string

/** Only the last entry was written by the proxy in front of us; the ones before it are the client's own words. */
function addressOf(request: IncomingMessage, trustForwardedFor: boolean): string | null {
  if (!trustForwardedFor) return request.socket.remoteAddress ?? null
  return (
    String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() || null
  )
}

function refuseUpgrade(stream: Duplex, status: 404 | 429 | 503): void {
  const retry = status === 404 ? '' : 'Retry-After: 10\r\n'
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${retry}\r\n`)
}

function listen(server: ReturnType<typeof createServer>, address: ListenAddress): Promise<string> {
  if ('path' in address) rmSync(address.path, { force: true }) // What a killed process left behind.
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound && 'host' in address ? `${address.host}:${bound.port}` : `unix:${bound}`)
    })
  })
}

async function main(): Promise<void> {
  process.on('unhandledRejection', (error) => report('Something was not waited for, and failed', error))
  process.on('uncaughtException', (error) => {
    if (isWriteToLostConnection(error)) return
    report('The server cannot go on', error)
    process.exit(1)
  })
  const running = await start(readConfig(process.env))
  const stop = () => {
    // What is not committed by then was not acknowledged either: clients still have it.
    setTimeout(() => {
      report('Stopping took too long; what was not committed stays with the clients')
      process.exit(1)
    }, STOP_DEADLINE_MS).unref()
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        report('Stopping failed', error)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdout.write(`${JSON.stringify({ listening: running.listening })}\n`)
}

main().catch((error: unknown) => {
  report('The collaboration server cannot start', error)
  process.exit(1)
})
