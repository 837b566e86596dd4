import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import postgres from 'postgres'
import { keepRunning, type Running } from '../database/persistent.ts'
import { openSession, type Settings } from '../database/session.ts'
import type { Messages, StoredMessage } from './messages.ts'
import { createInsertReader, type TextRow } from './pgoutput.ts'

export interface Replication extends Running {
  /** Resolves when the stream is up for the first time. */
  ready: Promise<void>
}

const PUBLICATION = 'supabase_realtime_messages_publication'
/** PostgreSQL ends a replication that says nothing for a minute (wal_sender_timeout). */
const STATUS_INTERVAL_MS = 10_000
const CLOSE_MS = 1_000

/**
 * Hands every committed insert into realtime.messages to `deliver`, once. The slot is temporary: it holds no log back when this process
 * is gone. What is committed while the connection is down is read from the table, up to the very snapshot at which the new stream begins;
 * only a message of a transaction that was open for more than a minute before the connection broke may be missed, and clients pull those.
 */
export function createReplication(
  databaseUrl: string,
  messages: Messages,
  startedAt: string,
  deliver: (message: StoredMessage) => void,
): Replication {
  const delivered = createDelivered(startedAt)
  const once = (message: StoredMessage) => {
    if (delivered.add(message)) deliver(message)
  }
  let becomeReady = () => {}
  const ready = new Promise<void>((resolve) => (becomeReady = resolve))

  const settings = postgres(databaseUrl, {
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'realtime replication', replication: 'database' },
  }).options as unknown as Settings

  async function stream(signal: AbortSignal) {
    let onClose = () => {}
    const closed = new Promise<void>((resolve) => (onClose = resolve))
    const session = await openSession(settings, { onClose, silenceMs: 0 })
    const { sql: connection } = session
    const leave = () => void connection.end({ timeout: 0 }).catch(() => {})
    signal.addEventListener('abort', leave)
    try {
      // The grammar of replication knows its words in capitals only.
      const slot = `realtime_${randomBytes(8).toString('hex')}`
      const [created] = await connection.unsafe(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')`)
      if (!created) throw new Error('no replication slot was made')
      for (const message of await messages.inSnapshot(created.snapshot_name, delivered.since())) once(message)
      const copy = await connection
        .unsafe(
          `START_REPLICATION SLOT ${slot} LOGICAL ${created.consistent_point} (proto_version '1', publication_names '${PUBLICATION}')`,
        )
        .writable()
      becomeReady()
      await receive(copy as Duplex, once)
    } finally {
      signal.removeEventListener('abort', leave)
      leave()
      // Its slot is gone when PostgreSQL closes the line, and not before.
      setTimeout(session.destroy, CLOSE_MS).unref()
      await closed
    }
  }

  return { ready, ...keepRunning('realtime: replication', stream) }
}

/** Reads until the stream ends, and tells the server now and then how far. */
function receive(copy: Duplex, take: (message: StoredMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const readInsert = createInsertReader()
    let position = 0n
    const acknowledge = () => copy.write(statusUpdate(position))
    const timer = setInterval(acknowledge, STATUS_INTERVAL_MS)
    copy.on('data', (chunk: Buffer) => {
      if (chunk[0] === 0x77 /* w: kind, start, end, time, message */) {
        const row = readInsert(chunk.subarray(25))
        const message = row && storedMessage(row)
        if (message) take(message)
      } else if (chunk[0] === 0x6b /* k: kind, end, time, reply wanted */) {
        position = chunk.readBigUInt64BE(1)
        if (chunk[17]) acknowledge()
      }
    })
    copy.on('error', reject)
    copy.on('close', () => {
      clearInterval(timer)
      resolve()
    })
  })
}

/** written, flushed, applied, microseconds since 2000, no reply wanted. */
function statusUpdate(position: bigint): Buffer {
  const message = Buffer.alloc(34)
  message.write('r')
  for (const offset of [1, 9, 17]) message.writeBigUInt64BE(position, offset)
  message.writeBigInt64BE(BigInt(Date.now() - Date.UTC(2000, 0, 1)) * 1000n, 25)
  return message
}

/** Null: not a broadcast. The JSON stays the bytes that came. */
function storedMessage(row: TextRow): StoredMessage | null {
  const text = (column: string) => row.get(column)?.toString() ?? null
  const [id, topic, event, insertedAt] = [text('id'), text('topic'), text('event'), text('inserted_at')]
  const payload = row.get('payload') ?? null
  const binary = text('binary_payload')
  if (text('extension') !== 'broadcast' || id === null || topic === null || event === null || insertedAt === null) return null
  // bytea arrives as \x and hexadecimal digits.
  const body = payload ?? (binary === null ? null : Buffer.from(binary.slice(2), 'hex'))
  if (body === null) return null
  return { id, topic, isPrivate: text('private') === 't', insertedAt, message: { event, json: payload !== null, body, meta: { id } } }
}

/** A transaction open for longer than this when the connection breaks may be missed. */
const MARGIN_MS = 60_000
/** Ids are remembered for the margin, or as many as this. */
const REMEMBERED = 50_000

/** Remembers what was delivered lately, so that reading the table again after a break repeats nothing. */
function createDelivered(startedAt: string) {
  const ids = new Map<string, number>()
  let newest = timeOf(startedAt)
  /** Nothing before it is asked for again. */
  let floor = newest

  function forget() {
    for (const [id, insertedAt] of ids) {
      if (ids.size <= REMEMBERED) {
        if (insertedAt >= newest - MARGIN_MS) return
      } else {
        floor = Math.max(floor, insertedAt)
      }
      ids.delete(id)
    }
  }

  return {
    add({ id, insertedAt }: StoredMessage): boolean {
      if (ids.has(id)) return false
      const time = timeOf(insertedAt)
      ids.set(id, time)
      newest = Math.max(newest, time)
      forget()
      return true
    },
    since: () => new Date(Math.max(newest - MARGIN_MS, floor)).toISOString().slice(0, -1),
  }
}

/** Milliseconds, rounded down: `2026-11-22 10:00:00.123456` in UTC. */
const timeOf = (timestamp: string) => Math.floor(Date.parse(`${timestamp.replace(' ', 'T')}Z`))
