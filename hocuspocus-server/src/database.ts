import type postgres from 'postgres'
import { createListener, createPool, sqlState, withDeadline } from './connections.ts'
import { createLinkDatabase, type LinkDatabase } from './linkDatabase.ts'
import type { Claims } from './tokens.ts'

/** One row of the append-only log: what one person did to one document within one batch. */
export interface LoggedUpdate {
  documentId: string
  /** Null when a server wrote it. */
  authorId: string | null
  update: Uint8Array
}

/** Where a row of the log is. */
export interface LogPosition {
  documentId: string
  id: number
}

/** A document as stored: the snapshot, and what was logged since. */
export interface StoredDocument {
  snapshot: Uint8Array | null
  /** The snapshot contains exactly the rows with an id up to this. */
  upto: number
  tail: Uint8Array[]
  /** The ids of the tail. */
  ids: number[]
}

/** A Yjs client id, and how much it has written. */
export interface ClientId {
  id: number
  clock: number
}

/** To whom a commit is announced, see bus.ts. */
export interface Announcement {
  serverId: string
  documentIds: string[]
}

/** What somebody may do with a document, and the name others see. */
export interface Permission {
  access: 'read' | 'write'
  name: string
}

/** A change of a document that was asked for in SQL. */
export interface Command {
  id: string
  authorId: string
  /** How the author was signed in when he asked. */
  claims: Pick<Claims, 'sub' | 'role'>
  kind: string
  payload: unknown
  /** How often a server has begun with it, this time included. */
  attempts: number
}

/** What became of a command: the change that was made, or why there is none. */
export type Outcome = { update: Uint8Array; accepted?: Accepted } | { refused: Refusal }

/** What was taken over from a suggestion, whose author may go on with it. */
export interface Accepted {
  suggestionId: string
  update: Uint8Array
  /** Blocks of the branch, and those that came into the page for them. */
  blocks: Record<string, string>
}

export interface Refusal {
  code: string
  message: string
}

/** The readable form of a document. */
export interface Contents {
  json: unknown
  text: string
  markdown: string
  /** The documents that it leads to. */
  links: DocumentLink[]
}

export interface DocumentLink {
  to_id: string
  kind: 'link' | 'mention'
}

/** What commands made of a document: an outcome for each. */
export interface Applied {
  outcomes: Outcome[]
  /** Null when nothing changed. */
  contents: Contents | null
}

/** A document as a link shows it. */
export interface LinkedPage {
  state: 'open' | 'password_required' | 'password_wrong' | 'too_many_attempts'
  object_type: 'document' | 'room' | 'file'
  role: 'viewer' | 'commenter' | 'editor'
  title: string | null
  icon: string | null
  /** A ProseMirror document; null when nothing was written yet. */
  content: unknown
  /** Of a room, the latest ones; null of a document. */
  messages: LinkedMessage[] | null
  updated_at: Date | null
  /** Opens the files behind a link that has a password. */
  pass: string | null
}

export interface LinkedMessage {
  /** Null when the account is gone. */
  author: string | null
  at: string
  edited: boolean
  text: string
  /** What the message that was forwarded says. */
  forwarded: string | null
  /** Names. */
  files: string[]
  replies: number
}

export interface Database extends LinkDatabase {
  /** Adds rows to the log. When it resolves they are committed. With an announcement, other servers hear of the rows of the documents
   *  named there by the same commit; only then the answer says where the rows are. */
  append(updates: LoggedUpdate[], announcement?: Announcement): Promise<LogPosition[]>
  load(documentId: string): Promise<StoredDocument>
  /** Replaces the snapshot by what `merge` makes of snapshot and tail. Sizes in bytes; `null` when the tail is not worth it, as when
   *  another server was faster, or not to be had right now. */
  compact(
    documentId: string,
    isWorthIt: (stored: StoredDocument) => boolean,
    merge: (stored: StoredDocument) => Promise<Uint8Array>,
  ): Promise<{ snapshotBytes: number; mergedBytes: number; mergedRows: number } | null>
  /** Rows of the log by their place, in order. */
  read(positions: LogPosition[]): Promise<(LogPosition & { update: Uint8Array })[]>
  /** What lies behind these places in each document. */
  positionsAfter(positions: LogPosition[]): Promise<LogPosition[]>
  /** Says that this server is there. Gives the others that are, or have been since this one was last there, and whether it was known. */
  meetServers(serverId: string): Promise<{ wasKnown: boolean; others: string[] }>
  leaveServers(serverId: string): Promise<void>
  notify(channel: string, payloads: string[]): Promise<void>
  /** Takes a client id that this person gave back; null when there is none. */
  takeClientId(documentId: string, userId: string): Promise<ClientId | null>
  /** Keeps client ids for the next time, up to a limit. */
  keepClientIds(documentId: string, userId: string, ids: ClientId[]): Promise<void>
  /** Asked as that person; null when there is no such document for them. */
  permissionOn(documentId: string, claims: Claims): Promise<Permission | null>
  /** Why this person may not write the document now; null when he may. */
  refusalToWrite(documentId: string, claims: Command['claims']): Promise<Refusal | null>
  saveContents(documentId: string, contents: Contents): Promise<void>
  /** Documents for which commands wait. */
  commandedDocuments(): Promise<string[]>
  /** Hands the oldest waiting commands of a document, with what is stored of it, to `apply`, and commits what comes back together with
   *  the commands being done. How many there were; null when another server is at it. */
  applyCommands(
    documentId: string,
    apply: (stored: StoredDocument, commands: Command[]) => Promise<Applied>,
    announcement?: Announcement,
  ): Promise<number | null>
  forgetOldCommands(): Promise<void>
  /** Calls the handler of a channel with every payload sent to it, and `onListening` whenever it has begun to listen: what was sent
   *  before is lost. */
  listen(handlers: Record<string, (payload: string) => void>, onListening: () => void): void
  close(): Promise<void>
}

const COMMANDS_AT_ONCE = 20
/** The channel on which servers talk to each other. */
export const SERVERS = 'atrium_servers'
/** A notification is shorter than 8000 bytes; a place takes less than 60. */
const ROWS_PER_NOTICE = 120
/** A server that has not been heard of for so long is gone. */
const SILENT_SERVER_SECONDS = 15
/** The class of the advisory locks under which rows are added to documents. */
const LOCKS = 1_635_020_393
const SETTLE_ATTEMPTS = 50
const SETTLE_PAUSE_MS = 20
/** More than anybody has tabs. */
const CLIENT_IDS_PER_PERSON = 16
const MAX_ID = '9223372036854775807'

/** Every SQL statement of the collaboration server. */
export function createDatabase(url: string): Database {
  // Without the types of arrays, which the library would fetch beside the first query on each connection; none is sent here.
  const settings = {
    fetch_types: false,
    max_lifetime: null,
    connect_timeout: 5,
    onnotice: () => {},
    connection: { application_name: 'atrium_collab' },
  }
  const pool = createPool(url, { ...settings, max: 6 })
  // The log has a connection of its own: an acknowledgement never waits behind somebody who opens a large document.
  const logPool = createPool(url, { ...settings, max: 1 })
  const listener = createListener(url, settings)

  const stored = (documentId: string, on: postgres.ISql, upto = MAX_ID) => on<StoredRow[]>`
    with snapshot as (select upto, state from atrium_private.document_snapshots where document_id = ${documentId})
    select true as is_snapshot, upto as id, state as bytes from snapshot
    union all
    select false, id, update from atrium_private.document_updates
    where document_id = ${documentId} and id > coalesce((select upto from snapshot), 0) and id <= ${upto}
    order by id`

  /** The highest id below which nothing of the document is still being written; null when something is. */
  async function settledUpto(documentId: string): Promise<string | null> {
    const [row] = await withDeadline(pool.current()<{ upto: string | null }[]>`
      select case when pg_try_advisory_xact_lock(${LOCKS}, ${lockOf(documentId)})
        then (select coalesce(max(id), 0) from atrium_private.document_updates where document_id = ${documentId}) end as upto`)
    return row?.upto ?? null
  }

  return {
    async append(updates, announcement) {
      const rows = updates.map(({ documentId, authorId, update }) => ({
        document_id: documentId,
        author_id: authorId,
        update: Buffer.from(update.buffer, update.byteOffset, update.length).toString('base64'),
      }))
      const locks = [...new Set(updates.map(({ documentId }) => lockOf(documentId)))]
      const on = logPool.current()
      // The lock is shared and comes before the ids, so that whoever holds it alone knows all ids of a document, see settledUpto.
      const added = on`
        locked as materialized (
          select count(pg_advisory_xact_lock_shared(${LOCKS}, number::integer)) from json_array_elements_text(${JSON.stringify(locks)}::text::json) number
        ),
        added as (
          insert into atrium_private.document_updates (document_id, author_id, update)
          select document_id, author_id, decode(update, 'base64')
          from locked, json_to_recordset(${JSON.stringify(rows)}::text::json) as given (document_id uuid, author_id uuid, update text)
          returning document_id, id
        )`
      const insert = announcement
        ? on<PositionRow[]>`
          with ${added},
          announced as (
            select count(pg_notify(${SERVERS}, ${announcement.serverId} || ' ' || list)) from (
              select string_agg(document_id || ':' || id, ',') as list
              from (select *, row_number() over () / ${ROWS_PER_NOTICE}::integer as part from added
                where document_id::text = any(string_to_array(${announcement.documentIds.join()}, ','))) shared
              group by part
            ) lists
          )
          select document_id, id from added, announced`
        : on<PositionRow[]>`with ${added} select from added limit 0`
      const committed = await withDeadline(insert).catch((error: unknown) => {
        if (!sqlState(error)) logPool.renew() // Nobody knows what the connection is still waiting for.
        throw error
      })
      return committed.map(position)
    },

    async load(documentId) {
      return split(await withDeadline(stored(documentId, pool.current())))
    },

    async compact(documentId, isWorthIt, merge) {
      let upto = await settledUpto(documentId)
      for (let attempt = 1; upto === null && attempt < SETTLE_ATTEMPTS; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * SETTLE_PAUSE_MS))
        upto = await settledUpto(documentId)
      }
      if (upto === null) return null
      return pool.current().begin(async (transaction) => {
        await transaction`select pg_advisory_xact_lock(hashtextextended(${`atrium.compact:${documentId}`}, 0))`
        const before = split(await stored(documentId, transaction, upto))
        if (!isWorthIt(before)) return null
        const state = await merge(before)
        await transaction`
          insert into atrium_private.document_snapshots (document_id, state, upto) values (${documentId}, ${state}, ${upto})
          on conflict (document_id) do update set state = excluded.state, upto = excluded.upto, at = clock_timestamp()`
        return { snapshotBytes: state.length, mergedBytes: bytesOf(before.tail), mergedRows: before.tail.length }
      })
    },

    async read(positions) {
      const rows = await withDeadline(pool.current()<(PositionRow & { update: Buffer })[]>`
        select document_id, document_updates.id, update from atrium_private.document_updates
        join json_to_recordset(${JSON.stringify(positions)}::text::json) as wanted ("documentId" uuid, id bigint)
          on document_id = "documentId" and document_updates.id = wanted.id
        order by document_updates.id`)
      return rows.map((row) => ({ ...position(row), update: row.update }))
    },

    async positionsAfter(positions) {
      const rows = await withDeadline(pool.current()<PositionRow[]>`
        select document_id, document_updates.id from json_to_recordset(${JSON.stringify(positions)}::text::json) as known ("documentId" uuid, id bigint)
        join atrium_private.document_updates on document_id = "documentId" and document_updates.id > known.id`)
      return rows.map(position)
    },

    async meetServers(serverId) {
      const rows = await withDeadline(pool.current()<{ id: string | null; is_known: boolean }[]>`
        with before as (select seen_at from atrium_private.collaboration_servers where id = ${serverId}),
        me as (
          insert into atrium_private.collaboration_servers (id) values (${serverId})
          on conflict (id) do update set seen_at = clock_timestamp()
        ),
        gone as (delete from atrium_private.collaboration_servers where seen_at < now() - interval '1 day')
        select other.id, exists (select from before) as is_known
        from (select) one left join atrium_private.collaboration_servers other on other.id <> ${serverId}
          and seen_at > least(now() - make_interval(secs => ${SILENT_SERVER_SECONDS}), (select seen_at from before))`)
      return { wasKnown: rows[0]?.is_known ?? false, others: rows.flatMap(({ id }) => id ?? []) }
    },

    async leaveServers(serverId) {
      await withDeadline(pool.current()`delete from atrium_private.collaboration_servers where id = ${serverId}`)
    },

    async notify(channel, payloads) {
      await withDeadline(pool.current()`
        select count(pg_notify(${channel}, payload)) from json_array_elements_text(${JSON.stringify(payloads)}::text::json) payload`)
    },

    async takeClientId(documentId, userId) {
      const [row] = await withDeadline(pool.current()<{ client_id: string; clock: string }[]>`
        delete from atrium_private.document_client_ids where document_id = ${documentId} and client_id = (
          select client_id from atrium_private.document_client_ids where document_id = ${documentId} and user_id = ${userId}
          order by clock desc limit 1 for update skip locked)
        returning client_id, clock`)
      return row ? { id: Number(row.client_id), clock: Number(row.clock) } : null
    },

    async keepClientIds(documentId, userId, ids) {
      await withDeadline(pool.current()`
        insert into atrium_private.document_client_ids (document_id, client_id, user_id, clock)
        select ${documentId}, id, ${userId}, clock from json_to_recordset(${JSON.stringify(ids)}::text::json) as given (id bigint, clock bigint)
        order by clock desc
        limit greatest(0, ${CLIENT_IDS_PER_PERSON}::integer - (
          select count(*) from atrium_private.document_client_ids where document_id = ${documentId} and user_id = ${userId}))
        on conflict do nothing`)
    },

    async permissionOn(documentId, claims) {
      const asked = pool.current().begin(async (transaction) => {
        const [, rows] = await Promise.all([
          transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`,
          transaction<{ access: Permission['access'] | null; name: string | null }[]>`
            select atrium.document_access(${documentId}) as access, (select name from atrium.profiles where id = ${claims.sub}) as name`,
        ])
        const [row] = rows
        return row?.access ? { access: row.access, name: row.name ?? '' } : null
      })
      return withDeadline(asked).catch((error: unknown) => {
        // PT404 and its kin are the answer "not for this person".
        if (sqlState(error)?.startsWith('PT4')) return null
        throw error
      })
    },

    async refusalToWrite(documentId, claims) {
      const asked = pool.current().begin(async (transaction) => {
        await Promise.all([
          transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`,
          transaction`select from atrium_private.require_writable(${documentId})`,
        ])
        return null
      })
      return withDeadline(asked).catch((error: unknown) => {
        if (!sqlState(error)?.startsWith('PT4')) throw error
        const { detail, message } = error as postgres.PostgresError
        return { code: detail ?? 'failed', message }
      })
    },

    ...createLinkDatabase({ sql: () => pool.current(), withDeadline, sqlState }),

    async saveContents(documentId, contents) {
      await saveContents(pool.current(), documentId, contents)
    },

    async commandedDocuments() {
      const rows = await withDeadline(pool.current()<{ document_id: string }[]>`
        select document_id from atrium_private.document_commands
        where done_at is null and (due_at is null or due_at <= clock_timestamp()) group by document_id order by min(created_at)`)
      return rows.map(({ document_id }) => document_id)
    },

    async applyCommands(documentId, apply, announcement) {
      return pool.current().begin(async (transaction) => {
        const [lock] = await transaction<{ mine: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtextextended(${`atrium.commands:${documentId}`}, 0)) as mine`
        if (!lock?.mine) return null
        // Committed beforehand, and thus counted although this server may end over it. Not from this transaction: it would wait for itself.
        const commands = await withDeadline(pool.current()<Command[]>`
          with waiting as (
            select id, attempts from atrium_private.document_commands
            where document_id = ${documentId} and done_at is null and (due_at is null or due_at <= clock_timestamp())
            order by created_at, id limit ${COMMANDS_AT_ONCE}
          ),
          taken as (
            update atrium_private.document_commands command set attempts = command.attempts + 1
            from waiting where command.id = waiting.id
              -- One that has failed before goes alone: the others do not fail with it.
              and (command.id = (select id from waiting limit 1) or (select max(attempts) from waiting) = 0)
            returning command.*
          )
          select id, author_id as "authorId", claims, kind, payload, attempts from taken order by created_at, id`)
        if (commands.length === 0) return 0
        const { outcomes, contents } = await apply(split(await stored(documentId, transaction)), commands)
        const results = commands.map(({ id, authorId }, index) => {
          const outcome = outcomes[index] as Outcome
          if ('refused' in outcome) return { id, author_id: authorId, error: outcome.refused.code, message: outcome.refused.message }
          return { id, author_id: authorId, update: Buffer.from(outcome.update).toString('base64') }
        })
        await transaction`select pg_advisory_xact_lock_shared(${LOCKS}, ${lockOf(documentId)})`
        const added = await transaction<PositionRow[]>`
          with moment as materialized (
            select clock_timestamp() as at
          ),
          results as (
            select * from json_to_recordset(${JSON.stringify(results)}::text::json)
              as given (id uuid, author_id uuid, update text, error text, message text)
          ),
          done as (
            update atrium_private.document_commands command
            set done_at = moment.at, payload = '{}', error = results.error, message = results.message
            from results, moment where command.id = results.id
          )
          insert into atrium_private.document_updates (document_id, author_id, at, update)
          select ${documentId}, author_id, at, decode(update, 'base64') from results, moment where length(update) > 0
          returning document_id, id`
        const places = added.map(({ document_id, id }) => `${document_id}:${id}`).join()
        for (const outcome of outcomes) {
          if (!('accepted' in outcome && outcome.accepted)) continue
          const { suggestionId, update, blocks } = outcome.accepted
          await transaction`
            select atrium_private.keep_acceptance(${suggestionId}, ${Buffer.from(update)}, ${JSON.stringify(blocks)}::text::jsonb)`
        }
        if (announcement && places) await transaction`select pg_notify(${SERVERS}, ${`${announcement.serverId} ${places}`})`
        if (contents) await saveContents(transaction, documentId, contents)
        return commands.length
      })
    },

    async forgetOldCommands() {
      await pool.current()`delete from atrium_private.document_commands where done_at < now() - interval '7 days'`
    },

    listen: listener.start,

    async close() {
      await Promise.all([listener.stop(), pool.close(), logPool.close()])
    },
  }
}

async function saveContents(on: postgres.ISql, documentId: string, { json, text, markdown, links }: Contents): Promise<void> {
  await on`
    select atrium_private.save_document_contents(
      ${documentId}, ${JSON.stringify(json)}::text::jsonb, ${text}, ${markdown}, ${JSON.stringify(links)}::text::jsonb)`
}

/** Whether the log refused an update because its document does not exist any more. */
export function isMissingDocument(error: unknown): boolean {
  return sqlState(error) === FOREIGN_KEY_VIOLATION
}

const FOREIGN_KEY_VIOLATION = '23503'

interface StoredRow {
  is_snapshot: boolean
  id: string
  bytes: Buffer
}

function split(rows: StoredRow[]): StoredDocument {
  const [first] = rows
  const snapshot = first?.is_snapshot ? first : null
  const tail = rows.slice(snapshot ? 1 : 0)
  return {
    snapshot: snapshot?.bytes ?? null,
    upto: Number(snapshot?.id ?? 0),
    tail: tail.map(({ bytes }) => bytes),
    ids: tail.map(({ id }) => Number(id)),
  }
}

interface PositionRow {
  document_id: string
  id: string
}

const position = (row: PositionRow): LogPosition => ({ documentId: row.document_id, id: Number(row.id) })

export const bytesOf = (updates: Uint8Array[]) => updates.reduce((sum, { length }) => sum + length, 0)

/** Documents share a few locks, because a server has only so many. */
const lockOf = (documentId: string) => Number.parseInt(documentId.slice(-2), 16) % 64
