import type { Connection } from '@hocuspocus/server'
import type { ClientSocket } from './clientSocket.ts'
import type { DenialReason, Refusal, ServerMessage } from './protocol.ts'
import type { Claims } from './tokens.ts'

/** One person in one document over one socket. */
export interface Session {
  readonly documentId: string
  readonly socket: ClientSocket
  claims: Claims
  name: string
  access: 'read' | 'write'
  /** A change was refused, and what follows would build on it: nothing more is taken until the client connects again. */
  refused: boolean
  /** The client's editor is older than what documents can hold now: it may only read. */
  readonly outdated: boolean
  /** How many notices of lost access had come when access was asked last. */
  askedAt: number
}

export interface OpenSession extends Session {
  readonly connection: Connection<Context>
}

/** What Hocuspocus carries along for a connection. */
export interface Context {
  socket: ClientSocket
  session?: Session
}

/** A document that is not opened. Its message is empty, or Hocuspocus would log every stranger at the door. */
export class Denied extends Error {
  readonly reason: DenialReason
  constructor(reason: DenialReason, cause?: unknown) {
    super('', { cause })
    this.reason = reason
  }
}

export function tell(connection: Connection<Context>, message: ServerMessage): void {
  connection.sendStateless(JSON.stringify(message))
}

/** Makes the connection writable or not, as the person's access and refused changes have it. */
export function setAccess(session: OpenSession, access: 'read' | 'write'): void {
  session.connection.readOnly = access === 'read' || session.refused || session.outdated
  if (access === session.access) return
  session.access = access
  tell(session.connection, { type: 'access', access })
}

/** Takes no more changes from this client, whose copy has one that the server will not keep. */
export function refuse(session: OpenSession, refusal: Refusal): void {
  if (session.refused) return
  session.refused = true
  session.connection.readOnly = true
  tell(session.connection, { type: 'refused', ...refusal })
}
