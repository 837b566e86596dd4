import type { Extension } from '@hocuspocus/server'
import { createBucket } from './limits.ts'
import type { Presence } from './protocol.ts'
import type { Context, Session } from './sessions.ts'

/** A person moves a caret a few times a second; what is more is dropped, and the next one tells the same. */
const MESSAGES = { perSecond: 20, burst: 60 }
/** A reconnecting client may bring a second id before the first has timed out. */
const CLIENTS_PER_CONNECTION = 4

/** What people show of themselves in a document: each says only where his own caret is, and the server says who he is. */
export function awareness({ clock }: { clock(): number }): Extension<Context> {
  const buckets = new WeakMap<Session, () => boolean>()

  function mayPass(session: Session): boolean {
    const bucket = buckets.get(session) ?? createBucket({ ...MESSAGES, clock })
    buckets.set(session, bucket)
    return bucket()
  }

  return {
    extensionName: 'awareness',
    // Never throws: that would close the connection.
    async beforeHandleAwareness({ states, connection, context, document }) {
      const session = context?.session
      if (!connection || !session || !mayPass(session)) return states.clear()
      const own = document.getClients(connection)
      for (const [clientId, state] of states) {
        const shownAs = (document.awareness.getStates().get(clientId) as Presence | undefined)?.user.id
        const isSomebodyElse = shownAs !== undefined && shownAs !== session.claims.sub
        if (isSomebodyElse || (!own.has(clientId) && own.size >= CLIENTS_PER_CONNECTION)) states.delete(clientId)
        else states.set(clientId, { ...presenceOf(session, state) })
      }
    },
  }
}

function presenceOf({ claims, name }: Session, state: Record<string, unknown>): Presence {
  const user = { id: claims.sub, name }
  const { cursor } = state
  const top = relativePosition(state.top)
  const shown = top ? { user, top } : { user }
  if (!isRecord(cursor)) return { ...shown, cursor: null }
  const anchor = relativePosition(cursor.anchor)
  const head = relativePosition(cursor.head)
  return { ...shown, cursor: anchor && head ? { anchor, head } : null }
}

/** A relative position as Yjs reads it, rebuilt from the parts that are right. A wrong one would throw in everybody else's editor. */
function relativePosition(value: unknown): Record<string, unknown> | null {
  if (!isRecord(value)) return null
  const { type = null, tname = null, item = null, assoc = 0 } = value
  const isValid =
    (type === null || isYjsId(type)) &&
    (item === null || isYjsId(item)) &&
    (tname === null || (typeof tname === 'string' && tname.length <= 64)) &&
    Number.isInteger(assoc)
  return isValid && (type !== null || item !== null || tname !== null) ? { type, tname, item, assoc } : null
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const isYjsId = (value: unknown) => isRecord(value) && isCount(value.client) && isCount(value.clock)
