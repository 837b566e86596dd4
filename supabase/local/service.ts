import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** One part of the embedded platform, mounted by the gateway under its prefix (`/auth/v1`). */
export interface Service {
  /** Answers one request. `request.url` keeps the prefix. What it throws becomes a 500 without details. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void
  /** Takes over a WebSocket. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Lets requests under way finish, then lets go of connections and files. */
  close(): Promise<void>
}
