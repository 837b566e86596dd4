import postgres from 'postgres'
import { keepRunning, type Running } from './persistent.ts'
import { openSession, type Settings } from './session.ts'

export interface ListenerOptions {
  databaseUrl: string
  /** A channel of NOTIFY. */
  channel: string
  /** Who listens, for pg_stat_activity and the log. */
  name: string
  onNotice(payload: string): void
  /** Whenever it has begun to listen: what was sent before is lost. */
  onListening(): void
}

/** Listens until stopped, with a connection of its own, and begins again whenever that is lost. */
export function createListener({ databaseUrl, channel, name, onNotice, onListening }: ListenerOptions): Running {
  // The types leave out onnotify, which the library's own listen() is built on; that one gives up after the first failure.
  const options = {
    fetch_types: false,
    onnotice: () => {},
    onnotify: (_channel: string, payload: string) => onNotice(payload),
    connection: { application_name: name },
  }
  const settings = postgres(databaseUrl, options).options as unknown as Settings

  async function listen(signal: AbortSignal): Promise<void> {
    let onClose = () => {}
    const closed = new Promise<void>((resolve) => (onClose = resolve))
    const session = await openSession(settings, { onClose, silenceMs: 0 })
    signal.addEventListener('abort', session.close)
    try {
      await session.run((sql) => sql`listen ${sql(channel)}`)
      onListening()
      if (signal.aborted) session.close()
      await closed
    } finally {
      signal.removeEventListener('abort', session.close)
      session.destroy()
    }
    if (!signal.aborted) throw new Error('the connection was closed')
  }

  return keepRunning(name, listen)
}
