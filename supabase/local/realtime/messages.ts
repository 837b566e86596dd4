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
  inSnapshot(snapshot: string, since: string, take: (message: StoredMessage) => void): Promise<void>
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

/** How many rows are read at a time: after a long silence of the replication there may be many. */
const CURSOR_ROWS = 500

export function createMessages(sql: postgres.Sql): Messages {
  const columns = sql`id, topic, coalesce(private, false) as is_private, inserted_at::text as inserted_at, event, payload::text as body, binary_payload`
  const deliverable = sql`extension = 'broadcast' and event is not null and (payload is not null or binary_payload is not null)`

  return {
    async maintainPartitions() {
      await sql.begin(async (transaction) => {
        // Both wait for everybody who uses the table, and everybody then waits for them.
        await transaction`set local lock_timeout = '5s'`
        await transaction`select realtime.maintain_partitions()`
      })
    },
    async now() {
      const [row] = await sql<[{ now: string }]>`select (now() at time zone 'utc')::text as now`
      return row.now
    },
    async replay(topic, sinceMs, limit) {
      const rows = await sql<Row[]>`
        select ${columns} from realtime.messages
        where topic = ${topic} and private and ${deliverable} and inserted_at >= to_timestamp(${sinceMs / 1000}::float8) at time zone 'utc'
        order by inserted_at desc limit ${limit}`
      return rows.map(storedMessage).reverse()
    },
    async inSnapshot(snapshot, since, take) {
      await sql.begin('isolation level repeatable read read only', async (transaction) => {
        await transaction.unsafe(`set transaction snapshot '${snapshot}'`)
        const rows = transaction<Row[]>`
          select ${columns} from realtime.messages where ${deliverable} and inserted_at >= ${since}::text::timestamp order by inserted_at, id`
        await rows.cursor(CURSOR_ROWS, (batch) => {
          for (const row of batch) take(storedMessage(row))
        })
      })
    },
  }
}

function storedMessage({ id, topic, is_private, inserted_at, event, body, binary_payload }: Row): StoredMessage {
  const message = { event, json: body !== null, body: binary_payload ?? Buffer.from(body ?? ''), meta: { id } }
  return { id, topic, isPrivate: is_private, insertedAt: inserted_at, message }
}
