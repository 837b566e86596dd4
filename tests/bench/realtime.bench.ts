import { fork } from 'node:child_process'
import { type WebSocket, WebSocketServer } from 'ws'
import { createRealtime } from '../../supabase/local/realtime/realtime.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import type { Service } from '../../supabase/local/service.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'
import type { Result as ClientResult, Order } from './realtimeClients.ts'
import type { Report } from './run.ts'

/** Ours and the peer's take turns, so that both see the same machine. */
const ROUNDS = 2
const SECONDS = 3

type Case = Pick<Order, 'receivers' | 'rate'> & { name: string; database?: boolean }
const CASES: Case[] = [
  { name: 'to 100 receivers', receivers: 100, rate: 0 },
  { name: 'to 100 receivers, 100 messages/s', receivers: 100, rate: 100 },
  { name: 'to 1000 receivers', receivers: 1000, rate: 0 },
  { name: 'to 1000 receivers, 20 messages/s', receivers: 1000, rate: 20 },
  { name: 'from the database to 1 receiver, 100 messages/s', receivers: 1, rate: 100, database: true },
  { name: 'from the database to 100 receivers, 100 messages/s', receivers: 100, rate: 100, database: true },
]

/** Realtime's fan-out against a bare `ws` server that passes on what it gets, and broadcasts from the database against a statement followed by that. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  const secrets = makeSecrets()
  const limits = { messagesPerSecondPerSocket: Number.POSITIVE_INFINITY }
  const ours = await serve(
    await createRealtime({ databaseUrl: database.url('supabase_realtime_admin'), tokens: createTokens(secrets), limits }),
  )
  const peer = await serve(bareServer())
  const address = (url: string) => url.replace('http', 'ws')
  const oursUrl = `${address(ours.url)}/realtime/v1/websocket?apikey=${secrets.publishableKey}&vsn=2.0.0`
  try {
    for (const { name, database: throughDatabase, ...load } of CASES) {
      const order = { ...load, seconds: SECONDS, databaseUrl: throughDatabase ? database.url('postgres') : null }
      const results: Record<Order['protocol'], Result[]> = { realtime: [], bare: [] }
      for (let round = 0; round < ROUNDS; round++) {
        results.realtime.push(await run({ ...order, url: oursUrl, protocol: 'realtime' }))
        results.bare.push(await run({ ...order, url: address(peer.url), protocol: 'bare' }))
      }
      const lost = results.realtime.reduce((sum, result) => sum + result.lost, 0)
      if (lost > 0) throw new Error(`${name}: ${lost} deliveries were lost`)
      const compare = (what: string, unit: string, figure: 'deliveriesPerSecond' | 'microseconds' | 'p50' | 'p99') => {
        const [value, peer] = [mean(results.realtime, figure), mean(results.bare, figure)]
        report({ name: `Realtime ${name}${what}`, value, unit, peer, ratio: value / peer })
      }
      if (load.rate === 0) {
        compare(', saturated', 'deliveries/s', 'deliveriesPerSecond')
        compare(", saturated, the server's processor", 'µs/delivery', 'microseconds')
      } else for (const figure of ['p50', 'p99'] as const) compare(`, ${figure}`, 'ms', figure)
    }
  } finally {
    await ours.close()
    await peer.close()
    await database.drop()
    await stop()
  }
}

const mean = (results: Result[], figure: keyof Result) => results.reduce((sum, result) => sum + result[figure], 0) / results.length

/** With what this process, the server, spent on each delivery: other load on the machine changes it least. */
type Result = ClientResult & { microseconds: number }

/** The least that could do it: whatever comes goes to everybody else. */
function bareServer(): Service {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const connect = (socket: WebSocket) =>
    socket.on('message', (data, binary) => {
      for (const other of server.clients) if (other !== socket) other.send(data, { binary })
    })
  return {
    handle: (_request, response) => void response.writeHead(404).end(),
    upgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, connect),
    async close() {
      for (const client of server.clients) client.terminate()
    },
  }
}

function run(order: Order): Promise<Result> {
  return new Promise((resolve, reject) => {
    const clients = fork(new URL('realtimeClients.ts', import.meta.url))
    const before = process.cpuUsage()
    let result: Result | undefined
    clients.on('message', (message: ClientResult) => {
      const { user, system } = process.cpuUsage(before)
      result = { ...message, microseconds: (user + system) / message.received }
    })
    clients.on('error', reject)
    clients.on('exit', () => (result ? resolve(result) : reject(new Error('The clients ended without a result'))))
    clients.send(order)
  })
}
