import type { Extension } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { applyAwarenessUpdate } from 'y-protocols/awareness'
import { createBucket } from './limits.ts'
import type { Presence } from './protocol.ts'
import type { Context, OpenSession, Session } from './sessions.ts'

/** A person moves a caret a few times a second; what is more waits, and only the last of it is shown. */
const MESSAGES = { perSecond: 20, burst: 60 }
const WAIT_MS = 1000 / MESSAGES.perSecond
/** A reconnecting client may bring a second id before the first has timed out. */
const CLIENTS_PER_CONNECTION = 4

/** What people show of themselves in a document: each says only where his own caret is, and the server says who he is. */
export interface AwarenessOfPeople {
  extension: Extension<Context>
  /** Takes an awareness update of a client. What cannot be read is none. */
  receive(session: OpenSession, update: Uint8Array): void
}

/** What a client says of one Yjs client id; null when it is gone. */
interface Told {
  clock: number
  state: Record<string, unknown> | null
}

export function createAwareness({ clock }: { clock(): number }): AwarenessOfPeople {
  const buckets = new WeakMap<Session, () => boolean>()
  const waiting = new WeakMap<Session, Map<number, Told>>()

  function mayPass(session: Session): boolean {
    const bucket = buckets.get(session) ?? createBucket({ ...MESSAGES, clock })
    buckets.set(session, bucket)
    return bucket()
  }

  /** The newest of what came too fast. */
  function wait(session: OpenSession, told: Map<number, Told>) {
    const known = waiting.get(session)
    const all = known ?? new Map<number, Told>()
    for (const [clientId, each] of told) if (all.has(clientId) || all.size < CLIENTS_PER_CONNECTION) all.set(clientId, each)
    if (known) return
    waiting.set(session, all)
    setTimeout(() => {
      waiting.delete(session)
      pass(session, all)
    }, WAIT_MS)
  }

  function pass(session: OpenSession, told: Map<number, Told>) {
    const { connection } = session
    const { document } = connection
    if (!document.hasConnection(connection)) return
    const known = document.awareness.getStates() as Map<number, Presence>
    const own = document.getClients(connection) as Set<number>
    const allowed = [...told].filter(([clientId, { state }]) => (state ? mayShow(session, clientId, known, own) : own.has(clientId)))
    if (allowed.length === 0) return
    const update = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, allowed.length)
      for (const [clientId, { clock, state }] of allowed) {
        encoding.writeVarUint(encoder, clientId)
        encoding.writeVarUint(encoder, clock)
        encoding.writeVarString(encoder, JSON.stringify(state && presenceOf(session, state)))
      }
    })
    applyAwarenessUpdate(document.awareness, update, { source: 'connection', connection })
  }

  return {
    extension: {
      extensionName: 'awareness',
      // What a client says while it joins. Never throws: that would close the connection.
      async beforeHandleAwareness({ states, connection, context, document }) {
        const session = context?.session
        if (!connection || !session || !mayPass(session)) return states.clear()
        const known = document.awareness.getStates() as Map<number, Presence>
        const own = document.getClients(connection)
        for (const [clientId, state] of states) {
          if (mayShow(session, clientId, known, own)) states.set(clientId, { ...presenceOf(session, state) })
          else states.delete(clientId)
        }
      },
    },

    receive(session, update) {
      const told = read(update)
      if (!told) return
      if (waiting.has(session) || !mayPass(session)) wait(session, told)
      else pass(session, told)
    },
  }
}

/** Nobody moves the caret of another, or shows many. */
function mayShow(session: Session, clientId: number, known: Map<number, Presence>, own: Set<number>): boolean {
  const shownAs = known.get(clientId)?.user.id
  const isSomebodyElse = shownAs !== undefined && shownAs !== session.claims.sub
  return !isSomebodyElse && (own.has(clientId) || own.size < CLIENTS_PER_CONNECTION)
}

function read(update: Uint8Array): Map<number, Told> | null {
  try {
    const decoder = decoding.createDecoder(update)
    const told = new Map<number, Told>()
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      const clientId = decoding.readVarUint(decoder)
      const clock = decoding.readVarUint(decoder)
      const state: unknown = JSON.parse(decoding.readVarString(decoder))
      if (state === null || isRecord(state)) told.set(clientId, { clock, state })
    }
    return told
  } catch {
    return null
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
