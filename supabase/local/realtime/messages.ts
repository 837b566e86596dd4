import type postgres from 'postgres'
import type { Message } from './frames.ts'

/** A row of realtime.messages that is to be delivered. `insertedAt` is UTC as Postgres writes it, microseconds and all. */
export interface StoredMessage {
  id: string
  topic: string
  isPrivate: boolean
  insertedAt: string
  message: Message
}

export interface Messages {
  /** Makes the partitions of the next days and drops old ones. */
  maintainPartitions(): Promise<void>
  /** The time of the database. */
  now(): Promise<string>
  /** The latest messages of a private topic since a time in ms, oldest first. */
  replay(topic: string, sinceMs: number, limit: number): Promise<StoredMessage[]>
  /** All messages since a time that are visible in an exported snapshot, oldest first. */
  inSnapshot(snapshot: string, since: string): Promise<StoredMessage[]>
}

interface Row {
  id: string
  topic: string
  is_private: boolean
  inserted_at: string
  event: string
  body: string | null
  binary_payload: Buffer | null
}

const COLUMNS =
  'id, topic, coalesce(private, false) as is_private, inserted_at::text as inserted_at, event, payload::text as body, binary_payload'
const DELIVERABLE = "extension = 'broadcast' and event is not null and (payload is not null or binary_payload is not null)"

export function createMessages(sql: postgres.Sql): Messages {
  return {
    async maintainPartitions() {
      await sql`select realtime.maintain_partitions()`
    },
    async now() {
      const [row] = await sql<[{ now: string }]>`select (now() at time zone 'utc')::text as now`
      return row.now
    },
    async replay(topic, sinceMs, limit) {
      const rows = await sql<Row[]>`
        select ${sql.unsafe(COLUMNS)} from realtime.messages
        where topic = ${topic} and private and ${sql.unsafe(DELIVERABLE)} and inserted_at >= to_timestamp(${sinceMs / 1000}::float8) at time zone 'utc'
        order by inserted_at desc limit ${limit}`
      return rows.map(storedMessage).reverse()
    },
    async inSnapshot(snapshot, since) {
      // Sent together they are one transaction, and take no parameters: the snapshot's name is PostgreSQL's, the time is ours.
      // Only the last has rows.
      const results = await sql.unsafe<Row[][]>(`
        set transaction isolation level repeatable read, read only;
        set transaction snapshot '${snapshot}';
        select ${COLUMNS} from realtime.messages where ${DELIVERABLE} and inserted_at >= '${since}' order by inserted_at, id`)
      return results.flat().map(storedMessage)
    },
  }
}

function storedMessage({ id, topic, is_private, inserted_at, event, body, binary_payload }: Row): StoredMessage {
  const message = { event, json: body !== null, body: binary_payload ?? Buffer.from(body ?? ''), meta: { id } }
  return { id, topic, isPrivate: is_private, insertedAt: inserted_at, message }
}
