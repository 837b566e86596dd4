/** What the collaboration server and its clients say to each other beyond Yjs. The web client imports this file: it depends on nothing. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const PREFIX = 'document:'

/** The name under which a provider opens a document. */
export function documentName(id: string): string {
  return `${PREFIX}${id}`
}

/** The Y.XmlFragment that holds the text of a document. */
export const FRAGMENT = 'default'

/** The document behind a name, or null. Only lower-case ids count: a second spelling would be a second copy in memory. */
export function documentIdOf(name: string): string | null {
  const id = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
  return UUID.test(id) ? id : null
}

/** WebSocket close codes. After each of them the provider reconnects by itself. */
export const CLOSE_CODES = {
  /** The server restarts. */
  restart: 1012,
  /** The server let go of the document while the client joined; joining again helps. */
  reset: 4205,
  /** A frame that is not of this protocol. */
  badMessage: 4400,
  /** The access token has expired: the next connection must bring a fresh one. */
  tokenExpired: 4401,
  /** The client did not read what it was sent. */
  slowConsumer: 4409,
} as const

/** The `reason` of the provider's `authenticationFailed`. */
export type DenialReason =
  /** The token is not one of ours. */
  | 'token_invalid'
  /** The token was good once; a fresh one helps. */
  | 'token_expired'
  /** There is no such document, or not for this person. */
  | 'not_found'
  /** This socket has as many documents open as it may. */
  | 'too_many_documents'
  /** The database does not answer. `await provider.sendToken(); provider.startSync()` tries again. */
  | 'unavailable'

/** Why a change was not taken. */
export type Refusal =
  | { reason: 'update_too_large' | 'document_too_large'; limitBytes: number }
  /** There is something in it that no document can hold: a node, a mark or a value of a kind that the schema does not know. */
  | { reason: 'unknown_content' }

/** A stateless message from the server, as JSON. */
export type ServerMessage =
  /** The person may now only read, or may write again. */
  | { type: 'access'; access: 'read' | 'write' }
  /** The person may no longer see the document; the server has closed it and denies it from now on. */
  | { type: 'revoked' }
  /** The client's editor is older than what documents can hold, see schema/version.ts: it reads and does not write. */
  | { type: 'outdated' }
  /** A change was not taken, and none will be until the client reconnects. What it holds is not lost: it is sent again then. */
  | ({ type: 'refused' } & Refusal)
  /** Something that belongs to the document has changed in the database: `comments`, `versions` …, or `ANYTHING`. */
  | { type: 'changed'; what: string }
  /** More changes come from this client than the server takes at once: they wait, and nothing is lost. */
  | { type: 'slowed' }
  /** A Yjs client id for this tab alone, which has written up to `clock`; and the server's time in milliseconds. */
  | { type: 'client_id'; id: number; clock: number; at: number }

/** Hints may have been missed: whatever is shown beside the text is to be read again. */
export const ANYTHING = 'anything'

const MESSAGE_TYPES: ReadonlySet<string> = new Set([
  'access',
  'revoked',
  'outdated',
  'refused',
  'changed',
  'client_id',
  'slowed',
] satisfies ServerMessage['type'][])

/** Reads a stateless message; null when it is none that this version knows. */
export function parseServerMessage(payload: string): ServerMessage | null {
  try {
    const message = JSON.parse(payload) as ServerMessage | null
    return message && MESSAGE_TYPES.has(message.type) ? message : null
  } catch {
    return null
  }
}

/** A stateless message from a client, as JSON. */
export type ClientMessage =
  /** May this tab have a client id that was used before? Without an answer it keeps its own. */
  | { type: 'take_client_id' }
  /** This tab wrote with these ids up to these clocks, and never will again. */
  | { type: 'return_client_ids'; ids: [id: number, clock: number][] }

/** What everybody sees of a person in a document. The server writes `user`, whatever the client sent; the rest is checked. */
export interface Presence {
  user: { id: string; name: string }
  /** Relative positions as Yjs writes them in JSON; null or absent without a selection. */
  cursor?: { anchor: unknown; head: unknown } | null
  /** The first block that the person sees, for those who follow. */
  top?: unknown
}

const SYNC = 0
const SYNC_STEP_1 = 0
const AUTH = 2
const PERMISSION_DENIED = 1
const SYNC_REPLY = 4
const CLOSE = 7
const SYNC_STATUS = 8

/** A class to give to `HocuspocusProviderWebsocket` as `WebSocketPolyfill`. It counts the changes that went out over the socket and
 *  are not acknowledged: `onCount(address, 0)` says that everything in that document is committed. A new socket begins without a count;
 *  the first one comes when the client has told what it brings. The provider's own `unsyncedChanges` is no measure after a reconnect:
 *  it begins again at 1, although the changes made meanwhile are sent and acknowledged one by one, and so comes to 0 too early. */
export function countingWebSocket(Base: typeof WebSocket, onCount: (address: string, unacknowledged: number) => void): typeof WebSocket {
  return class extends Base {
    #unacknowledged = new Map<string, number>()
    /** Addresses that are not open: the server takes nothing there until it is shown a token again. */
    #closed = new Set<string>()

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('message', ({ data }: MessageEvent) => {
        const [address, type, value] = headerOf(new Uint8Array(data as ArrayBuffer))
        if (type === SYNC_STATUS && value === 1) this.#add(address, -1)
        // What was sent and is not acknowledged by now will not be: the client begins again with all it has.
        if (type !== CLOSE && (type !== AUTH || value !== PERMISSION_DENIED)) return
        this.#unacknowledged.delete(address)
        this.#closed.add(address)
      })
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      const [address, type, kind] = headerOf(data as Uint8Array)
      super.send(data)
      if (type === AUTH) this.#closed.delete(address)
      if (this.#closed.has(address)) return
      if ((type === SYNC || type === SYNC_REPLY) && kind !== SYNC_STEP_1) this.#add(address, 1)
    }

    #add(address: string, changes: number) {
      const count = (this.#unacknowledged.get(address) ?? 0) + changes
      this.#unacknowledged.set(address, count)
      onCount(address, count)
    }
  }
}

/** Address, type and kind of a message. Types and kinds are below 128, and so are the lengths of addresses. */
function headerOf(message: Uint8Array): [address: string, type: number | undefined, kind: number | undefined] {
  const end = 1 + (message[0] ?? 0)
  return [new TextDecoder().decode(message.subarray(1, end)), message[end], message[end + 1]]
}
