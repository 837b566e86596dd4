import { createSignal, untrack } from 'solid-js'
import type { Outbox } from '../sync/outbox.ts'
import {
  emptyLog,
  inOrder,
  keepSome,
  latestChange,
  type MessageLog,
  type MessageRow,
  merge,
  overwrite,
  reconcile,
  type Standing,
  stretchOf,
  without,
} from './messageLog.ts'
import type { MessageServer } from './messageServer.ts'
import { isMessageOf, type MessageBody, sendMessage, type Words } from './outgoingMessages.ts'

const pageRows = 50
const catchUpRows = 200
/** Who was away for longer than this many messages starts again at the newest ones. */
const longestCatchUp = 1000
/** So many messages are kept in memory; beyond that the far end is let go and read again when somebody comes there. */
const mostRows = 800
const keptRows = 600

interface ConversationParts {
  roomId: string
  /** The first message of a thread; null is the room itself. */
  threadId: string | null
  server: MessageServer
  outbox: Outbox
}

/** The messages of one room or thread: what is loaded of them, and what this person does with them. Outlives the page, so that coming
 *  back is instant; `catchUp` then reads what happened meanwhile. */
export function createConversation({ roomId, threadId, server, outbox }: ConversationParts) {
  const [log, setLog] = createSignal<MessageLog>(emptyLog)
  const [loaded, setLoaded] = createSignal(false)
  const [problem, setLoadProblem] = createSignal<unknown>()
  /** Shows a stretch of the past; live messages wait until the person goes to the newest ones. */
  const [detached, setDetached] = createSignal(false)
  const [hasOlder, setHasOlder] = createSignal(false)
  /** Up to here the server was asked for everything: numbers that are missing before are no more, or stand in a thread. */
  let readTo = 0
  const stretch = () => stretchOf(log(), readTo)
  let catching: Promise<void> | undefined
  let repeat = false
  let paging = false
  /** Message → its latest change that is on its way. */
  const changes = new Map<string, Promise<MessageRow>>()

  /** Begins a new stretch. */
  function replace(found: readonly MessageRow[], options: { older: boolean; newer: boolean }): void {
    setLog(merge(emptyLog, found))
    setHasOlder(options.older)
    setDetached(options.newer)
    readTo = stretch().last
    setLoadProblem(undefined)
    setLoaded(true)
  }

  async function load(): Promise<void> {
    setLoadProblem(undefined)
    try {
      const found = await server.newest(pageRows)
      replace(found, { older: found.length === pageRows, newer: false })
    } catch (error) {
      setLoadProblem(error)
    }
  }

  /** The messages on both sides of a number; the one with the number itself is among the later ones. */
  async function loadAt(seq: number): Promise<void> {
    setLoadProblem(undefined)
    try {
      const [older, newer] = await Promise.all([server.before(seq, pageRows / 2), server.after(seq - 1, pageRows)])
      replace([...older, ...newer], { older: older.length === pageRows / 2, newer: newer.length === pageRows })
    } catch (error) {
      setLoadProblem(error)
    }
  }

  /** Reads what came since the last complete message, and what changed in the ones that are loaded. */
  async function readOn(): Promise<void> {
    const since = latestChange(log())
    for (let total = 0; ; ) {
      const found = await server.after(server.contiguous ? stretch().complete : readTo, catchUpRows)
      total += found.length
      if (total > longestCatchUp) return load()
      setLog((before) => merge(before, found))
      readTo = Math.max(readTo, ...found.map((row) => row.seq))
      if (found.length < catchUpRows) break
    }
    if (!since) return
    const asked = inOrder(log()).slice(0, mostRows)
    const [first, last] = [asked[0]?.seq ?? 0, asked.at(-1)?.seq ?? 0]
    // What is no more leaves no time by which it could be asked for, and neither does a reply that is.
    const [found, standing] = await Promise.all([server.changedSince(since, first, catchUpRows), server.standing(first, last)])
    setLog((before) => merge(reconcile(before, asked, standing), found))
  }

  /** One reading at a time; a call during one makes another, for it may have missed what the caller heard of. */
  function catchUp(): Promise<void> {
    if (!loaded()) return load()
    if (detached()) return Promise.resolve()
    if (catching) {
      repeat = true
      return catching
    }
    const run = async () => {
      do {
        repeat = false
        await readOn()
      } while (repeat)
    }
    catching = run().finally(() => {
      catching = undefined
    })
    return catching
  }

  /** Takes a message that was sent or changed. Behind a gap it waits for the ones between. */
  function receive(row: MessageRow): void {
    if (row.room_id !== roomId || (row.thread_id ?? null) !== threadId || !untrack(loaded) || untrack(detached)) return
    if (row.seq < untrack(stretch).first && untrack(hasOlder)) return
    setLog((before) => merge(before, [row]))
    const { complete, last } = untrack(stretch)
    if (complete < last) catchUp().catch(() => {})
  }

  /** Changes of one message go in the order in which they were made, and the last one stays on the screen. */
  async function change(row: MessageRow, painted: MessageRow, ask: () => Promise<MessageRow>): Promise<void> {
    setLog((before) => overwrite(before, painted))
    const answer = (changes.get(row.id) ?? Promise.resolve()).then(ask, ask)
    changes.set(row.id, answer)
    const paint = (shown: MessageRow) => {
      if (changes.get(row.id) !== answer) return
      changes.delete(row.id)
      setLog((before) => overwrite(before, shown))
    }
    try {
      paint(await answer)
    } catch (error) {
      paint(row)
      throw error
    }
  }

  /** One page at a time. */
  async function page(read: () => Promise<void>): Promise<void> {
    if (paging) return
    paging = true
    try {
      await read()
    } finally {
      paging = false
    }
  }

  const close = outbox.onArrived('message', (row) => receive(row as MessageRow))

  return {
    roomId,
    threadId,
    close,
    log,
    loaded,
    problem,
    detached,
    hasOlder,
    /** What this person is sending here, in order. */
    pending: () => outbox.entries().filter((entry) => isMessageOf(entry, roomId, threadId)),
    /** The last message that is loaded. */
    last: () => inOrder(log()).at(-1),
    /** Its number in the room; 0 when there is none. */
    lastSeq: () => stretch().last,
    load,
    loadAt,
    catchUp,
    receive,

    /** The thread of a message has grown, or lost replies. */
    countReplies({ id, reply_count, last_reply_at }: Standing): void {
      const row = untrack(log).get(id)
      if (row) setLog((before) => overwrite(before, { ...row, reply_count, last_reply_at }))
    },

    /** Messages are gone for good: they were older than the room keeps them. */
    forget(ids: readonly string[]): void {
      setLog((before) => without(before, ids))
    },

    /** Reads the page before the first loaded message; `beforePaint` runs when it has arrived. */
    loadOlder: (beforePaint: () => void) =>
      page(async () => {
        if (!hasOlder()) return
        const found = await server.before(stretch().first, pageRows)
        beforePaint()
        setHasOlder(found.length === pageRows)
        setLog((before) => merge(before, found))
        if (log().size <= mostRows) return
        setLog((before) => keepSome(before, keptRows, 'start'))
        setDetached(true)
      }),

    /** In the past: the page after the last loaded message. */
    loadNewer: () =>
      page(async () => {
        const found = await server.after(stretch().last, pageRows)
        setLog((before) => merge(before, found))
        readTo = stretch().last
        if (found.length < pageRows) setDetached(false)
      }),

    /** Lets go of the oldest messages when there are too many; `beforePaint` runs first. False when there is nothing to do. */
    trim(beforePaint: () => void): boolean {
      if (log().size <= mostRows) return false
      beforePaint()
      setLog((before) => keepSome(before, keptRows, 'end'))
      setHasOlder(true)
      return true
    },

    /** Loads what surrounds a message of this room or thread; false when there is none for this person. */
    async loadAround(id: string): Promise<boolean> {
      if (log().has(id)) return true
      const target = await server.one(id)
      if (!target || (target.thread_id ?? null) !== threadId) return false
      await loadAt(target.seq)
      return log().has(id)
    },

    /** A message that is loaded, or the server's. */
    async read(id: string): Promise<MessageRow | undefined> {
      return log().get(id) ?? server.one(id)
    },

    /** Shows the message at once and sends it as soon as that is possible. */
    send: (words: Words, more: { quoteId?: string | null; forwardedId?: string } = {}): Promise<void> =>
      sendMessage(outbox, { roomId, threadId, words, ...more }),

    /** Sends again, perhaps in other words; the server knows the id, so nothing is said twice. */
    retry(id: string, words?: Words): Promise<void> {
      const body = outbox.entries().find((entry) => entry.id === id)?.body as MessageBody | undefined
      return outbox.retry(id, body && words ? { ...body, words: { ...body.words, ...words } } : body)
    },
    discard: (id: string) => outbox.discard(id),

    edit: (row: MessageRow, words: Words) =>
      change(row, { ...row, text: words.text, content: words.content ?? null, edited_at: new Date().toISOString() }, () =>
        server.edit(row.id, words),
      ),

    remove: (row: MessageRow) => change(row, { ...row, text: null, deleted_at: new Date().toISOString() }, () => server.remove(row.id)),
  }
}

export type Conversation = ReturnType<typeof createConversation>
