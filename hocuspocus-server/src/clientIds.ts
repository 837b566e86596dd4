import type { Extension } from '@hocuspocus/server'
import * as Y from 'yjs'
import type { ClientId, Database } from './database.ts'
import { createBucket } from './limits.ts'
import type { ClientMessage } from './protocol.ts'
import { type Context, type Session, tell } from './sessions.ts'
import type { UpdateLog } from './updateLog.ts'

export interface ClientIdsOptions {
  database: Pick<Database, 'takeClientId' | 'keepClientIds'>
  log: Pick<UpdateLog, 'drain'>
  clock(): number
}

const MESSAGES = { perSecond: 1, burst: 10 }
const MAX_IDS = 16

/** Yjs looks at every client id that ever wrote in a document with each change: ten thousand of them cost milliseconds. So a tab that
 *  ends gives its id back, and the next one of the same person writes on with it.
 *
 *  Two tabs that write with one id would destroy the document. An id is therefore given back by words only, never by a silence: its tab
 *  may have changes that it has not sent. It is kept when this server has exactly what the tab says it has written, and used by the next
 *  one when that has exactly as much. An id whose tab dies is never seen again. */
export function clientIds({ database, log, clock }: ClientIdsOptions): Extension<Context> {
  const buckets = new WeakMap<Session, () => boolean>()

  function mayAsk(session: Session): boolean {
    const bucket = buckets.get(session) ?? createBucket({ ...MESSAGES, clock })
    buckets.set(session, bucket)
    return bucket()
  }

  return {
    extensionName: 'client ids',

    async onStateless({ connection, document, payload }) {
      const { session } = connection.context as Context
      const message = parse(payload)
      if (!session || !message || connection.readOnly || !mayAsk(session)) return
      const { documentId, claims } = session
      if (message.type === 'take_client_id') {
        const taken = await database.takeClientId(documentId, claims.sub)
        if (taken) tell(connection, { type: 'client_id', ...taken, at: clock() })
        return
      }
      const written = message.ids.map(([id, upto]): ClientId => ({ id, clock: upto })).filter((id) => hasExactly(document, id))
      if (written.length === 0) return
      await log.drain(documentId)
      await database.keepClientIds(documentId, claims.sub, written)
    },
  }
}

/** Nothing that this id wrote may wait for something else, or it would count as not written. */
function hasExactly(document: Y.Doc, { id, clock }: ClientId): boolean {
  return clock > 0 && Y.getState(document.store, id) === clock && !document.store.pendingStructs
}

function parse(payload: string): ClientMessage | null {
  try {
    const message = JSON.parse(payload) as ClientMessage | null
    if (message?.type === 'take_client_id') return message
    if (message?.type !== 'return_client_ids' || !Array.isArray(message.ids) || message.ids.length > MAX_IDS) return null
    return message.ids.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isSafeInteger)) ? message : null
  } catch {
    return null
  }
}
