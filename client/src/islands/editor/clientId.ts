import { type Awareness, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { ClientMessage, ServerMessage } from '../../../../hocuspocus-server/src/protocol.ts'

export interface ClientIdOptions {
  ydoc: Y.Doc
  awareness: Awareness | null
  /** Says something to the server at once; false when nobody would hear it. */
  send(message: ClientMessage): boolean
}

/** The Yjs client id of this tab: one that the same person used before, where there is one, because each new id makes the document slower
 *  for ever. An id that was given back is not used again in here, whatever happens to the message. */
export interface ClientIdKeeper {
  /** The text is complete and may be written. */
  take(): void
  hear(offer: Extract<ServerMessage, { type: 'client_id' }>): void
  /** Nothing is typed from here on, or with another id. */
  giveBack(): void
  stop(): void
}

export function keepClientId({ ydoc, awareness, send }: ClientIdOptions): ClientIdKeeper {
  let current = ydoc.clientID
  /** Ids that this tab has written with. */
  const own = new Set([current])
  let hasAsked = false
  let offer: Parameters<ClientIdKeeper['hear']>[0] | null = null

  function adopt(): void {
    if (!offer) return
    const written = Y.getState(ydoc.store, offer.id)
    if (written < offer.clock) return // The rest is on its way here from another server.
    if (written === offer.clock && !ydoc.store.pendingStructs) {
      change(offer.id, offer.at)
    }
    offer = null
  }

  /** Carets go by the same number. Others ignore what they take for older than the last they saw of it, hence the time. */
  function change(id: number, clock: number): void {
    ydoc.clientID = id
    current = id
    own.add(id)
    if (!awareness) return
    const state = awareness.getLocalState()
    removeAwarenessStates(awareness, [awareness.clientID], 'client id')
    awareness.clientID = id
    awareness.meta.set(id, { clock, lastUpdated: Date.now() })
    if (state) awareness.setLocalState(state)
  }

  // Earlier, Yjs would take it for a conflict that changes of this id arrive.
  ydoc.on('afterAllTransactions', adopt)

  return {
    take() {
      if (!hasAsked) hasAsked = send({ type: 'take_client_id' })
    },
    hear(given) {
      offer = given
      adopt()
    },
    giveBack() {
      // Yjs takes another id by itself when it sees the own one in somebody else's hands.
      if (ydoc.clientID !== current) own.clear()
      const ids = [...own].map((id): [number, number] => [id, Y.getState(ydoc.store, id)]).filter(([, clock]) => clock > 0)
      if (offer) ids.push([offer.id, offer.clock])
      if (ids.length > 0 && !send({ type: 'return_client_ids', ids })) return
      own.clear()
      offer = null
      hasAsked = false
      change(new Y.Doc().clientID, 0)
    },
    stop: () => ydoc.off('afterAllTransactions', adopt),
  }
}
