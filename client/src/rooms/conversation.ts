import { createSignal, untrack } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { rest, rows, rpc } from '../supabase.ts'
import {
  addPending,
  dropPending,
  emptyLog,
  latestChange,
  type MessageLog,
  type MessageRow,
  merge,
  overwrite,
  setProblem,
  stretchOf,
} from './messageLog.ts'

const pageRows = 50
const catchUpRows = 200
/** Who was away for longer than this many messages starts again at the newest ones. */
const longestCatchUp = 1000

/** The messages of one room: what is loaded of them, and what this person does with them. Outlives the page, so that coming back is
 *  instant; `catchUp` then reads what happened meanwhile. */
export function createConversation(roomId: string) {
  const [log, setLog] = createSignal<MessageLog>(emptyLog)
  const [loaded, setLoaded] = createSignal(false)
  const [problem, setLoadProblem] = createSignal<unknown>()
  /** Shows a stretch of the past; live messages wait until the person goes to the newest ones. */
  const [detached, setDetached] = createSignal(false)
  const stretch = () => stretchOf(log())
  let catching: Promise<void> | undefined
  let repeat = false
  let loadingOlder = false

  const query = () => rest.from('messages').select('*').eq('room_id', roomId)
  const newest = () => rows<MessageRow[]>(query().order('seq', { ascending: false }).limit(pageRows))

  async function load(): Promise<void> {
    setLoadProblem(undefined)
    try {
      const found = await newest()
      setLog((before) => merge({ rows: new Map(), pending: before.pending }, found))
      setDetached(false)
      setLoaded(true)
    } catch (error) {
      setLoadProblem(error)
    }
  }

  /** Reads what came since the last complete message, and what changed in the ones that are loaded. */
  async function readOn(): Promise<void> {
    const since = latestChange(log())
    for (let total = 0; ; ) {
      const { complete } = stretch()
      const found = await rows<MessageRow[]>(query().gt('seq', complete).order('seq').limit(catchUpRows))
      total += found.length
      if (total > longestCatchUp) return load()
      setLog((before) => merge(before, found))
      if (found.length < catchUpRows) break
    }
    if (!since) return
    const { first } = stretch()
    const changed = query().gte('seq', first).or(`edited_at.gte."${since}",deleted_at.gte."${since}"`)
    const found = await rows<MessageRow[]>(changed.limit(catchUpRows))
    setLog((before) => merge(before, found))
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

  async function deliver(id: string, text: string): Promise<void> {
    try {
      const row = await rpc<MessageRow>('send_message', { id, room_id: roomId, text })
      receive(row)
    } catch (error) {
      setLog((before) => setProblem(before, id, sentenceOf(error)))
    }
  }

  /** Takes a message that was sent or changed. Behind a gap it waits for the ones between. */
  function receive(row: MessageRow): void {
    if (!untrack(loaded) || untrack(detached)) return
    const { first, last } = untrack(stretch)
    if (row.seq < first) return
    setLog((before) => merge(before, [row]))
    if (row.seq > last + 1) catchUp().catch(() => {})
  }

  async function change(row: MessageRow, painted: MessageRow, ask: () => Promise<MessageRow>): Promise<void> {
    setLog((before) => overwrite(before, painted))
    try {
      const stored = await ask()
      setLog((before) => overwrite(before, stored))
    } catch (error) {
      setLog((before) => overwrite(before, row))
      throw error
    }
  }

  return {
    log,
    loaded,
    problem,
    detached,
    hasOlder: () => loaded() && stretch().first > 1,
    lastSeq: () => stretch().last,
    load,
    catchUp,
    receive,

    /** Reads the page before the first loaded message; `beforePaint` runs when it has arrived. */
    async loadOlder(beforePaint: () => void): Promise<void> {
      const { first } = stretch()
      if (loadingOlder || first <= 1) return
      loadingOlder = true
      try {
        const found = await rows<MessageRow[]>(query().lt('seq', first).order('seq', { ascending: false }).limit(pageRows))
        beforePaint()
        setLog((before) => merge(before, found))
      } finally {
        loadingOlder = false
      }
    },

    /** In the past: the page after the last loaded message. */
    async loadNewer(): Promise<void> {
      const found = await rows<MessageRow[]>(query().gt('seq', stretch().last).order('seq').limit(pageRows))
      setLog((before) => merge(before, found))
      if (found.length < pageRows) setDetached(false)
    },

    /** Loads what surrounds a message; false when there is none for this person. */
    async loadAround(id: string): Promise<boolean> {
      if (log().rows.has(id)) return true
      const [target] = await rows<MessageRow[]>(query().eq('id', id))
      if (!target) return false
      const near = query().gte('seq', target.seq - pageRows / 2)
      const found = await rows<MessageRow[]>(near.order('seq').limit(pageRows))
      setLog((before) => merge({ rows: new Map(), pending: before.pending }, found))
      setDetached(found.length === pageRows)
      setLoaded(true)
      return true
    },

    /** Shows the message at once and sends it. */
    send(text: string): void {
      const id = crypto.randomUUID()
      setLog((before) => addPending(before, { id, text, createdAt: new Date().toISOString(), problem: null }))
      void deliver(id, text)
    },

    /** Sends again; the server knows the id, so nothing is said twice. */
    retry(id: string): void {
      const message = log().pending.find((candidate) => candidate.id === id)
      if (!message) return
      setLog((before) => setProblem(before, id, null))
      void deliver(id, message.text)
    },

    discard: (id: string) => setLog((before) => dropPending(before, id)),

    edit: (row: MessageRow, text: string) =>
      change(row, { ...row, text, edited_at: new Date().toISOString() }, () => rpc('edit_message', { id: row.id, text })),

    remove: (row: MessageRow) =>
      change(row, { ...row, text: null, deleted_at: new Date().toISOString() }, () => rpc('delete_message', { id: row.id })),
  }
}

export type Conversation = ReturnType<typeof createConversation>
