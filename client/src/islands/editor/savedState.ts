import type { SavedState } from '../contract.ts'

/** What is known about the connection of one open document. */
export interface Connection {
  socket: 'connecting' | 'connected' | 'disconnected'
  /** The browser says that there is no network, and no acknowledgement has proved it wrong. */
  cut: boolean
  scope: 'read-write' | 'readonly' | 'denied' | null
  /** The server's state arrived on this connection. */
  synced: boolean
  /** The server's state arrived at least once, or this device's copy stands for it. */
  seen: boolean
  /** Changes were made here that no acknowledgement covers yet. */
  dirty: boolean
  /** Whether this person may write, as far as the server has said; who loses the connection goes on. */
  writable: boolean
}

export type ConnectionEvent =
  | { type: 'socket'; status: Connection['socket'] }
  | { type: 'network'; online: boolean }
  | { type: 'authenticated'; scope: 'read-write' | 'readonly' }
  | { type: 'refused' }
  | { type: 'closed' }
  | { type: 'synced' }
  /** This device has a copy. */
  | { type: 'kept'; unsent: boolean; writable: boolean }
  /** It is shown until the server's state arrives. */
  | { type: 'recalled' }
  | { type: 'edited' }
  /** Messages that the server has not acknowledged; 0 says that all of them are committed. */
  | { type: 'unacknowledged'; count: number }

export const unconnected: Connection = {
  socket: 'connecting',
  cut: false,
  scope: null,
  synced: false,
  seen: false,
  dirty: false,
  writable: true,
}

export function reduce(connection: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case 'socket':
      return event.status === 'connected'
        ? { ...connection, socket: 'connected' }
        : { ...connection, socket: event.status, synced: false, scope: connection.scope === 'denied' ? 'denied' : null }
    case 'network':
      return { ...connection, cut: !event.online }
    case 'authenticated':
      return { ...connection, scope: event.scope, writable: event.scope === 'read-write' }
    case 'refused':
      return { ...connection, scope: 'denied', synced: false, writable: false }
    case 'closed':
      return { ...connection, scope: null, synced: false }
    case 'synced':
      return { ...connection, synced: true, seen: true }
    case 'kept':
      return {
        ...connection,
        dirty: connection.dirty || event.unsent,
        writable: connection.scope === null ? event.writable : connection.writable,
      }
    case 'recalled':
      return { ...connection, seen: true }
    case 'edited':
      return { ...connection, dirty: true }
    case 'unacknowledged':
      // What nobody takes is not acknowledged either: while this person may not write, a zero says nothing about his changes.
      return event.count === 0 && connection.synced && connection.scope === 'read-write'
        ? { ...connection, dirty: false, cut: false }
        : connection
  }
}

export function savedState(connection: Connection): SavedState {
  if (connection.scope === 'denied') return 'denied'
  if (connection.socket !== 'connected')
    return connection.seen || connection.cut || connection.socket === 'disconnected' ? 'offline' : 'connecting'
  if (connection.scope === 'readonly') return 'read_only'
  if (connection.dirty) return connection.cut ? 'offline' : 'saving'
  return connection.synced ? 'saved' : 'connecting'
}

/** True at the moment in which changes made here can no longer reach the server. */
export function losesChanges(before: Connection, after: Connection): boolean {
  const shut = (connection: Connection) => connection.scope === 'readonly' || connection.scope === 'denied'
  return after.dirty && shut(after) && !shut(before)
}
