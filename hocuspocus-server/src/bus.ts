import type { Document } from '@hocuspocus/server'
import { applyUpdates } from './applyUpdates.ts'
import { createSharedCarets, type SharedCarets } from './carets.ts'
import { type Announcement, bytesOf, type Database, type LoggedUpdate, type LogPosition } from './database.ts'
import { createServers, type Notice } from './servers.ts'

export interface BusOptions {
  /** The name of this server among others: a random UUID. */
  serverId: string
  database: Pick<Database, 'append' | 'load' | 'read' | 'positionsAfter' | 'meetServers' | 'leaveServers' | 'notify'>
  /** So many bytes that others committed were applied to a document. */
  onArrived(documentId: string, bytes: number): void
  clock(): number
  report(message: string, error?: unknown): void
}

/** Brings to this server's documents what other servers commit to them. Log first, then bus: what is not committed is seen nowhere else. */
export interface Bus {
  start(): void
  stop(): Promise<void>
  /** Writes to the log, and announces what others have open too in the same commit. */
  append(updates: LoggedUpdate[]): Promise<void>
  /** Announces a commit to documents, which may not be open here; undefined when there is nobody to hear it. */
  announcement(documentIds: string[]): Announcement | undefined
  /** Before a document is read: what is committed from then on is not missed. */
  opening(documentId: string, document: Document): void
  /** What was read: everything up to `upto`, and the rows with these ids. */
  opened(documentId: string, read: { upto: number; ids: number[] }): void
  closed(documentId: string, document: Document): void
  /** Takes a payload of `atrium_servers`. */
  hear(payload: string): void
  /** What was sent until now may have been missed. */
  catchUp(): void
}

interface Entry {
  document: Document
  isOpen: boolean
  /** What is known of its rows is of a time when the document was not shared. */
  isStale: boolean
  /** All rows up to here are in the document… */
  complete: number
  /** … and these. */
  known: Set<number>
  /** The highest row that is known. */
  highest: number
  /** Announced, and not read yet. */
  wanted: Set<number>
  /** Until then somebody may write in it of whom this server has not heard yet, or has just lost sight; 0 when nobody may. */
  doubtUntil: number
  /** The highest row that was there at an earlier look; it becomes `complete` when no row below it can still be in the making. */
  mark: { at: number; id: number } | null
}

/** Announcements that are lost are made up for so often. */
const LOOK_MS = 3_000
/** Longer than a statement may take: what was being written so long ago is committed or never will be. */
const SETTLED_MS = 20_000
/** Longer than it takes that a notice is sent again, see LOOK_MS, and heard. */
const DOUBT_MS = 10_000
const READ_AT_ONCE = 500

/** The origin of what others committed: it is in the log, and who wrote it has the projections made. */
const ARRIVAL = { source: 'local', skipStoreHooks: true } as const
/** Of what was missed for a while: projections made meanwhile lack it. */
const LATE_ARRIVAL = { source: 'local' } as const

export function createBus({ serverId, database, onArrived, clock, report }: BusOptions): Bus {
  const entries = new Map<string, Entry>()
  const servers = createServers({
    id: serverId,
    database,
    clock,
    onShared(documentId, wasShared) {
      const entry = entries.get(documentId)
      if (entry && !wasShared) entry.isStale = true
      carets.welcome(documentId)
      lookSoon()
    },
    onLeft(server, documentId) {
      const entry = entries.get(documentId)
      // What it wrote last may not have been read yet.
      if (entry) entry.doubtUntil = clock() + DOUBT_MS
      carets.forget(server, documentId)
    },
    report,
  })
  const carets: SharedCarets = createSharedCarets({ isShared: servers.isShared, tell: servers.tell })
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let isReading = false
  let looking: Promise<void> | null = null
  let isLookDue = false
  /** Notices or rows may have been missed. */
  let isBehind = false

  /** Reads what was announced, as long as there is something. */
  async function read(origin: typeof ARRIVAL | typeof LATE_ARRIVAL): Promise<void> {
    if (isReading) return
    isReading = true
    try {
      for (let positions = wantedPositions(); positions.length > 0; positions = wantedPositions()) {
        const rows = await database.read(positions)
        for (const { documentId, id } of positions) entries.get(documentId)?.wanted.delete(id)
        for (const [documentId, found] of Map.groupBy(rows, (row) => row.documentId)) arrive(documentId, found, origin)
      }
    } finally {
      isReading = false
    }
  }

  function wantedPositions(): LogPosition[] {
    const positions: LogPosition[] = []
    for (const [documentId, { isOpen, wanted }] of entries) {
      if (isOpen) for (const id of wanted) positions.push({ documentId, id })
      if (positions.length > READ_AT_ONCE) break
    }
    return positions
  }

  function arrive(documentId: string, rows: (LogPosition & { update: Uint8Array })[], origin: object): void {
    const entry = entries.get(documentId)
    if (!entry) return
    for (const { id } of rows) learn(entry, id)
    applyUpdates(
      entry.document,
      rows.map(({ update }) => update),
      origin,
    )
    onArrived(documentId, bytesOf(rows.map(({ update }) => update)))
  }

  /** Looks for what was committed and not announced to this server. */
  async function look(): Promise<void> {
    const wasBehind = isBehind
    const startedAt = clock()
    const { mayHaveMissed } = await servers.meet(wasBehind)
    if (wasBehind) {
      isBehind = false
      // Somebody may have written, and even folded it into the snapshot.
      if (mayHaveMissed) for (const documentId of [...entries.keys()]) await reload(documentId)
    }
    for (const [documentId, { isStale }] of [...entries]) if (isStale) await reload(documentId)
    const shared = new Set(servers.shared())
    const watched = [...entries].filter(([documentId, { isOpen, doubtUntil }]) => isOpen && (doubtUntil > 0 || shared.has(documentId)))
    if (watched.length > 0) {
      const found = await database.positionsAfter(watched.map(([documentId, { complete }]) => ({ documentId, id: complete })))
      for (const { documentId, id } of found) {
        const entry = entries.get(documentId)
        if (entry && !entry.known.has(id)) entry.wanted.add(id)
      }
    }
    await read(LATE_ARRIVAL)
    const now = clock()
    for (const [, entry] of watched) {
      if (entry.doubtUntil <= startedAt) entry.doubtUntil = 0
      settle(entry, now)
    }
  }

  function settle(entry: Entry, now: number): void {
    if (entry.mark && now - entry.mark.at < SETTLED_MS) return
    if (entry.mark) {
      entry.complete = Math.max(entry.complete, entry.mark.id)
      for (const id of entry.known) if (id <= entry.complete) entry.known.delete(id)
    }
    entry.mark = { at: now, id: entry.highest }
  }

  async function reload(documentId: string): Promise<void> {
    const entry = entries.get(documentId)
    if (!entry?.isOpen) return
    const { snapshot, upto, tail, ids } = await database.load(documentId)
    if (entries.get(documentId) !== entry) return
    applyUpdates(entry.document, snapshot ? [snapshot, ...tail] : tail, LATE_ARRIVAL)
    begin(entry, { upto, ids })
  }

  /** One look at a time, and another one afterwards when it was asked for meanwhile. */
  function lookSoon(): void {
    isLookDue = true
    if (looking || isStopped) return
    clearTimeout(timer)
    isLookDue = false
    looking = look()
      .then(
        () => (isLookDue ? 0 : LOOK_MS),
        (error: unknown) => {
          isBehind = true
          report('It cannot be seen what other servers wrote; trying again', error)
          return LOOK_MS
        },
      )
      .then((waitMs) => {
        looking = null
        if (!isStopped) timer = setTimeout(lookSoon, waitMs)
      })
  }

  return {
    start: lookSoon,

    async stop() {
      isStopped = true
      clearTimeout(timer)
      carets.stop()
      await looking
      await servers.leave().catch((error: unknown) => report('Other servers could not be told of the stop', error))
    },

    async append(updates) {
      if (!servers.areThereOthers()) return void (await database.append(updates))
      const documentIds = [...new Set(updates.map(({ documentId }) => documentId))].filter(servers.isShared)
      const committed = await database.append(updates, { serverId, documentIds })
      const shared = new Set(documentIds)
      for (const { documentId, id } of committed) {
        const entry = entries.get(documentId)
        if (entry && (entry.doubtUntil > 0 || shared.has(documentId))) learn(entry, id)
      }
    },

    announcement: (documentIds) => (servers.areThereOthers() ? { serverId, documentIds } : undefined),

    opening(documentId, document) {
      const doubtUntil = servers.areThereOthers() ? clock() + DOUBT_MS : 0
      const nothing = { complete: 0, known: new Set<number>(), highest: 0, wanted: new Set<number>(), doubtUntil, mark: null }
      entries.set(documentId, { document, isOpen: false, isStale: false, ...nothing })
      servers.open(documentId)
      carets.open(documentId, document)
    },

    opened(documentId, { upto, ids }) {
      const entry = entries.get(documentId)
      if (!entry) return
      begin(entry, { upto, ids })
      for (const id of entry.wanted) if (id <= upto || entry.known.has(id)) entry.wanted.delete(id)
      if (entry.wanted.size > 0) void read(ARRIVAL).catch(lookSoon)
    },

    closed(documentId, document) {
      if (entries.get(documentId)?.document !== document) return
      entries.delete(documentId)
      carets.close(documentId)
      servers.close(documentId)
    },

    hear(payload) {
      if (payload.startsWith('{')) {
        const notice = parseNotice(payload)
        if (notice && !servers.hear(notice)) carets.hear(notice)
        return
      }
      const [from, list = ''] = payload.split(' ')
      if (from === serverId) return
      for (const place of list.split(',')) {
        const [documentId = '', id] = place.split(':')
        const entry = entries.get(documentId)
        if (entry && !entry.known.has(Number(id))) entry.wanted.add(Number(id))
      }
      void read(ARRIVAL).catch(lookSoon)
    },

    catchUp() {
      isBehind = true
      lookSoon()
    },
  }
}

function begin(entry: Entry, { upto, ids }: { upto: number; ids: number[] }): void {
  Object.assign(entry, { isOpen: true, isStale: false, complete: upto, known: new Set(ids), highest: ids.at(-1) ?? upto, mark: null })
}

function learn(entry: Entry, id: number): void {
  entry.known.add(id)
  entry.highest = Math.max(entry.highest, id)
}

function parseNotice(payload: string): Notice | null {
  try {
    return JSON.parse(payload) as Notice
  } catch {
    return null // Not one of ours.
  }
}
