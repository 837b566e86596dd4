import { type Accessor, createSignal } from 'solid-js'
import { ProblemError, sentenceOf } from '../errors.ts'

/** What this person did and the server does not know yet. */
export interface Waiting<Body = unknown> {
  /** The server knows a thing by it, so sending again does nothing twice. */
  id: string
  /** Which sender takes it. */
  kind: string
  /** What waits in one lane goes in order, one after the other. */
  lane: string
  body: Body
  createdAt: string
  /** Grows from one to the next. */
  position: number
  /** Why the server refused it, as a sentence; it waits for the person then. */
  problem: string | null
}

/** Where the outbox is kept, for this person, across reloads. */
export interface OutboxStore {
  all(): Promise<Waiting[]>
  put(entry: Waiting): Promise<void>
  drop(id: string): Promise<void>
}

/** What tabs tell each other. */
export type News = { put: Waiting } | { dropped: string; kind: string; result?: unknown }

interface OutboxParts {
  store: OutboxStore
  /** Sends a body of its kind and returns what the server made of it.
   *  @throws {ProblemError} */
  senders: Record<string, (body: unknown, id: string) => Promise<unknown>>
  /** Runs once this tab is the one that sends; `steal` takes that from a tab that does not answer. */
  lead(run: () => void, options: { steal: boolean }): void
  /** To the other tabs of this person. */
  tell(news: News): void
  /** How long to wait after so many failures in a row. */
  retryMs?(failures: number): number
}

/** A tab that leads and has not sent within this time is asleep. */
const asleepMs = 10_000

/** Doubles from one second to half a minute; the share of chance keeps a thousand clients of a server that comes back apart. */
export const backOffMs = (failures: number, random = Math.random()): number =>
  Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.5 + random / 2)

/** A refusal is final when repeating the same words cannot change it. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return true
  return error.status >= 400 && error.status < 500 && ![401, 408, 425, 429].includes(error.status)
}

/** Keeps what is on its way until the server has it: through reloads, without network, in every tab; one tab sends. */
export function createOutbox(parts: OutboxParts) {
  const [entries, setEntries] = createSignal<readonly Waiting[]>([])
  const arrivals = new Map<string, Set<(result: unknown) => void>>()
  const busy = new Set<string>()
  const sleepers = new Set<() => void>()
  const retryMs = parts.retryMs ?? backOffMs
  let leads = false
  let closed = false
  let last = 0

  const find = (id: string) => entries().find((entry) => entry.id === id)
  const keep = (entry: Waiting) => {
    last = Math.max(last, entry.position)
    setEntries((before) => [...before.filter((other) => other.id !== entry.id), entry].sort((one, other) => one.position - other.position))
  }
  const forget = (id: string) => setEntries((before) => before.filter((entry) => entry.id !== id))
  const arrived = (kind: string, result: unknown) => {
    for (const heard of arrivals.get(kind) ?? []) heard(result)
  }

  /** Storage may be full or forbidden: then an entry lives as long as the tab. */
  const store = async (run: () => Promise<void>) => run().catch(() => {})

  function put(entry: Waiting): Promise<void> {
    keep(entry)
    return store(() => parts.store.put(entry)).then(() => {
      parts.tell({ put: entry })
      drain()
    })
  }

  async function drop(id: string, kind: string, result?: unknown): Promise<void> {
    forget(id)
    await store(() => parts.store.drop(id))
    parts.tell(result === undefined ? { dropped: id, kind } : { dropped: id, kind, result })
  }

  function drain(): void {
    if (!leads || closed) return
    for (const lane of new Set(entries().map((entry) => entry.lane))) if (!busy.has(lane)) void work(lane)
  }

  /** Sends what waits in a lane, in order. What was refused stands aside and stops nobody. */
  async function work(lane: string): Promise<void> {
    busy.add(lane)
    let failures = 0
    for (;;) {
      const next = entries().find((entry) => entry.lane === lane && entry.problem === null)
      if (!next || closed || !leads) break
      try {
        const result = await parts.senders[next.kind]?.(next.body, next.id)
        failures = 0
        // What arrived is shown before what was on its way goes, so that nothing flickers.
        arrived(next.kind, result)
        await drop(next.id, next.kind, result)
      } catch (error) {
        // Discarded or changed while it was on its way.
        const now = find(next.id)
        if (isFinal(error)) {
          if (now) await put({ ...now, problem: sentenceOf(error) })
        } else {
          failures += 1
          await sleep(retryMs(failures))
        }
      }
    }
    busy.delete(lane)
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        sleepers.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      sleepers.add(end)
    })
  }

  /** Tries at once what waits for its next turn. */
  function wake(): void {
    for (const end of [...sleepers]) end()
    drain()
  }

  async function begin(): Promise<void> {
    for (const entry of await parts.store.all().catch(() => [])) if (!find(entry.id)) keep(entry)
  }

  const leading = () => {
    leads = true
    // The tab that led before may have kept something that this one has not heard of.
    void begin().then(drain)
  }
  const ready = begin()
  parts.lead(leading, { steal: false })

  return {
    entries: entries as Accessor<readonly Waiting[]>,
    /** Resolves when what an earlier visit left is here. */
    ready,
    wake,

    /** Another tab now leads. */
    follow() {
      leads = false
    },

    /** Keeps something and sends it as soon as it can be sent. */
    async add(entry: Pick<Waiting, 'id' | 'kind' | 'lane' | 'body'>): Promise<void> {
      await put({ ...entry, createdAt: new Date().toISOString(), position: Math.max(Date.now(), last + 1), problem: null })
      wake()
      if (leads) return
      setTimeout(() => {
        if (!closed && !leads && find(entry.id)?.problem === null) parts.lead(leading, { steal: true })
      }, asleepMs)
    },

    /** Sends again what was refused, perhaps in other words. */
    async retry(id: string, body?: unknown): Promise<void> {
      const entry = find(id)
      if (!entry) return
      await put({ ...entry, body: body ?? entry.body, problem: null })
      wake()
    },

    async discard(id: string): Promise<void> {
      const entry = find(id)
      if (entry) await drop(id, entry.kind)
    },

    /** Hears what the server made of each entry of a kind, whichever tab sent it.
     *  @returns the way to stop */
    onArrived(kind: string, heard: (result: unknown) => void): () => void {
      const all = arrivals.get(kind) ?? new Set()
      arrivals.set(kind, all.add(heard))
      return () => all.delete(heard)
    },

    /** What another tab told. */
    told(news: News): void {
      if ('put' in news) {
        keep(news.put)
        drain()
      } else {
        if (news.result !== undefined) arrived(news.kind, news.result)
        forget(news.dropped)
      }
    },

    close(): void {
      closed = true
      for (const end of [...sleepers]) end()
    },
  }
}

export type Outbox = ReturnType<typeof createOutbox>
