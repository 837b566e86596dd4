// The gateway's process. Its supervisor sends the configuration first, then how the other parts are.
import { CLIENT_BUILD } from '../build.ts'
import { createClient } from './client.ts'
import type { GatewayConfiguration } from './configuration.ts'
import { createGateway } from './gateway.ts'
import { createHealth } from './health.ts'
import { createServices } from './services.ts'

/** What the supervisor sends. */
export type ToGateway = { configuration: GatewayConfiguration } | { parts: Record<string, boolean> }
/** What it hears. */
export type FromGateway = { ready: true } | { failed: string }

const log = (line: string) => console.error(line)
let parts: Record<string, boolean> = {}

process.on('message', (message: ToGateway) => {
  if ('parts' in message) parts = message.parts
  else
    start(message.configuration).catch((error: unknown) => {
      log(error instanceof Error ? String(error.stack) : String(error))
      tell({ failed: error instanceof Error ? error.message : String(error) })
      process.exitCode = 1
      process.disconnect()
    })
})

function tell(message: FromGateway): void {
  process.send?.(message)
}

async function start(configuration: GatewayConfiguration): Promise<void> {
  const { collabSocket, secrets, host, port, trustedProxies } = configuration
  const { routes, mailbox, sql } = await createServices(configuration, log)
  const gateway = await createGateway({
    host,
    port,
    routes,
    mailbox,
    collabSocket,
    trustedProxies,
    client: createClient({ directory: CLIENT_BUILD, publishableKey: secrets.publishableKey }),
    health: createHealth({ sql, collabSocket, others: () => parts }),
    log,
  })
  tell({ ready: true })

  let stopping: Promise<void> | null = null
  const stop = () => {
    stopping ??= gateway.close().then(async () => {
      await sql.end({ timeout: 1 })
      process.exit(0)
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // The supervisor is gone, however it died.
  process.on('disconnect', stop)
}
