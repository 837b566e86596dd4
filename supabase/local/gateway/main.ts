// The gateway's process. Its supervisor sends the configuration first, then how the other parts are.
import type { GatewayConfiguration } from './configuration.ts'
import { serve } from './services.ts'

/** What the supervisor sends. */
export type ToGateway = { configuration: GatewayConfiguration } | { parts: Record<string, boolean> }
/** What it hears. */
export type FromGateway = { ready: true } | { failed: string }

const log = (line: string) => console.error(line)
let parts: Record<string, boolean> = {}

// A query beside another one that failed first, or a lost connection: it concerns one request, which has its answer, and not everybody else's.
process.on('unhandledRejection', (error) =>
  log(`Something was not waited for, and failed: ${error instanceof Error ? error.stack : error}`),
)

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
  const gateway = await serve(configuration, { log, others: () => parts })
  tell({ ready: true })

  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    void gateway.close().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // The supervisor is gone, however it died.
  process.on('disconnect', stop)
}
