import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { createCollaboration } from '../../hocuspocus-server/src/collaboration.ts'
import { readConfig } from '../../hocuspocus-server/src/config.ts'
import { createDatabase } from '../../hocuspocus-server/src/database.ts'
import { createHistory } from '../../hocuspocus-server/src/history/history.ts'
import { createTokenVerifier } from '../../hocuspocus-server/src/tokens.ts'

// The collaboration server with one fault: it acknowledges a change a moment before it writes it. A test that loses nothing with this
// one proves nothing.
const EARLY_MS = 200

const config = readConfig(process.env)
const database = createDatabase(config.databaseUrl)
const collaboration = createCollaboration({
  database: {
    ...database,
    async append(updates, announcement) {
      setTimeout(() => void database.append(updates, announcement).catch(() => {}), EARLY_MS)
      return []
    },
  },
  history: createHistory({ databaseUrl: config.databaseUrl, pauseMs: config.historyPauseMs, report: () => {} }),
  verifyToken: createTokenVerifier(config),
  serverId: randomUUID(),
  limits: config.limits,
  clock: Date.now,
  report: () => {},
})
const webSocketServer = new WebSocketServer({ noServer: true })
const server = createServer()
server.on('upgrade', (request, stream, head) =>
  webSocketServer.handleUpgrade(request, stream, head, (webSocket) => collaboration.accept(webSocket, stream, request)),
)
server.listen(config.listen, () => process.stdout.write(`${JSON.stringify({ listening: process.env.LISTEN })}\n`))
