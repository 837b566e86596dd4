import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Service } from '../service.ts'
import type { Claims, Tokens } from '../tokens.ts'
import { TokenError } from '../tokens.ts'
import { createAuthorization } from './authorization.ts'
import { createBroadcastApi } from './broadcastApi.ts'
import { openDatabase } from './database.ts'
import { VERSIONS, type Version } from './frames.ts'
import { createRate, EMBEDDED_LIMITS, type Limits } from './limits.ts'
import { createMessages } from './messages.ts'
import { createReplication } from './replication.ts'
import { createRevocation } from './revocation.ts'
import { type Hub, serveSocket } from './socket.ts'
import { createTopics } from './topics.ts'
import { createOutbox } from './wire.ts'

export interface RealtimeOptions {
  /** Logs in as supabase_realtime_admin: owner of realtime.messages, may replicate and become the role of a token. */
  databaseUrl: string
  tokens: Tokens
  limits?: Partial<Limits>
  /** The NOTIFY channel that tells whose rights may have shrunk; see revocation.ts. */
  recheckOn?: string
}

const HOUR_MS = 3_600_000
/** Long enough for a close frame to be taken. */
const CLOSE_TIMEOUT_MS = 500

/** Serves what @supabase/realtime-js speaks: `/realtime/v1/websocket` and `/realtime/v1/api/broadcast`. */
export async function createRealtime({
  databaseUrl,
  tokens,
  recheckOn = 'atrium_access',
  ...options
}: RealtimeOptions): Promise<Required<Service>> {
  const limits: Limits = { ...EMBEDDED_LIMITS, ...options.limits }
  const sql = openDatabase(databaseUrl)
  const messages = createMessages(sql)
  let startedAt: string
  try {
    await messages.maintainPartitions()
    startedAt = await messages.now()
  } catch (error) {
    await sql.end({ timeout: 1 })
    throw error
  }
  const maintenance = setInterval(() => {
    // The days ahead are there already, so an hour without an answer loses nothing.
    messages.maintainPartitions().catch((error: Error) => console.error(`realtime: partitions were not maintained: ${error.message}`))
  }, HOUR_MS)

  const topics = createTopics()
  const authorization = createAuthorization(sql)
  const countEvent = createRate(limits.eventsPerSecond)
  const replication = createReplication(databaseUrl, messages, startedAt, ({ topic, isPrivate, message }) =>
    topics.broadcast(topic, isPrivate, message),
  )
  const revocation = createRevocation(databaseUrl, recheckOn)
  const hub: Hub = {
    topics,
    tokens,
    limits,
    authorization,
    messages,
    revocation,
    replicationReady: replication.ready,
    outbox: createOutbox(),
    countEvent,
    countJoin: createRate(limits.joinsPerSecond),
    users: new Set<WebSocket>(),
  }

  const server = new WebSocketServer({ noServer: true, maxPayload: limits.frameBytes, perMessageDeflate: false })
  const socketsOf = new Map<string, number>()

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = addressOf(request)
    const sockets = socketsOf.get(address) ?? 0
    let accepted: ReturnType<typeof accept>
    try {
      if (sockets >= limits.socketsPerAddress)
        throw new UpgradeRefusal('429 Too Many Requests', 'too_many_connections', 'Too many connections')
      accepted = accept(request, tokens)
    } catch (error) {
      refuseUpgrade(socket, error)
      return
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      socketsOf.set(address, (socketsOf.get(address) ?? 0) + 1)
      webSocket.on('close', () => {
        const left = (socketsOf.get(address) ?? 1) - 1
        if (left > 0) socketsOf.set(address, left)
        else socketsOf.delete(address)
      })
      serveSocket(hub, { webSocket, rawSocket: socket, ...accepted })
    })
  }

  return {
    handle: createBroadcastApi({ topics, tokens, authorization, limits, countEvent }),
    upgrade,
    async close() {
      clearInterval(maintenance)
      for (const webSocket of server.clients) webSocket.close(1001, 'The server is going away')
      await new Promise((resolve) => (server.clients.size === 0 ? resolve(undefined) : setTimeout(resolve, CLOSE_TIMEOUT_MS)))
      for (const webSocket of server.clients) webSocket.terminate()
      await Promise.all([replication.stop(), revocation.stop()])
      await sql.end({ timeout: 1 })
    },
  }
}

class UpgradeRefusal extends Error {
  readonly status: string
  readonly code: string
  constructor(status: string, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Reads who connects, and in which version. Cookies play no part, so any origin may. */
function accept(request: IncomingMessage, tokens: Tokens): { version: Version; claims: Claims; headers: Record<string, string> } {
  const url = new URL(request.url ?? '', 'http://localhost')
  if (url.pathname !== '/realtime/v1/websocket')
    throw new UpgradeRefusal('404 Not Found', 'not_found', 'There is no socket at this address')
  const header = request.headers['x-api-key']
  const apikey = typeof header === 'string' ? header : url.searchParams.get('apikey')
  if (!apikey) throw new UpgradeRefusal('401 Unauthorized', 'no_authorization', 'An API key is missing')
  const claims = tokens.callerOf({ apikey })
  const asked = url.searchParams.get('vsn') ?? '1.0.0'
  const version = VERSIONS.find((known) => known === asked)
  if (!version) throw new UpgradeRefusal('400 Bad Request', 'unknown_version', 'The protocol version (vsn) is 1.0.0 or 2.0.0')
  return { version, claims, headers: forPolicies(request) }
}

/** The gateway leaves exactly one address in the header, the client's own; nobody else reaches this service. */
const addressOf = ({ headers, socket }: IncomingMessage) => String(headers['x-forwarded-for'] ?? socket.remoteAddress ?? '')

/** What a policy may read as request.headers. */
function forPolicies({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name, value]) => name.startsWith('x-') && name !== 'x-api-key' && typeof value === 'string')
  return Object.fromEntries(kept) as Record<string, string>
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, code, message } =
    error instanceof UpgradeRefusal
      ? error
      : error instanceof TokenError
        ? new UpgradeRefusal('401 Unauthorized', error.code, error.message)
        : new UpgradeRefusal('400 Bad Request', 'bad_request', 'The request is not valid')
  const body = JSON.stringify({ code, message, error: message })
  // The client may be gone already.
  socket.on('error', () => {})
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
