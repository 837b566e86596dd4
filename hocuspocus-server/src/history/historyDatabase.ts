import type postgres from 'postgres'
import type { StoredSuggestion } from '../suggestions/suggestionQuestions.ts'
import type { LogRow } from './chunks.ts'

/** A part of the packed history as stored. Times in milliseconds of the epoch. */
export interface Chunk {
  id: number
  from: number
  to: number
  edits: number
  packed: Uint8Array
  /** A checkpoint after this chunk, compressed. */
  state: Uint8Array | null
}

export interface StoredHistory {
  /** The latest checkpoint at or before the time that was asked for; null: from the beginning. */
  base: { id: number; to: number; state: Uint8Array } | null
  /** What came after the base. */
  chunks: Chunk[]
  rows: LogRow[]
}

export interface StoredVersion {
  id: string
  name: string | null
  from: number | null
  at: number
  authors: string[]
  words: number | null
}

export interface NewVersion {
  /** Of the version that was named and is to be completed. */
  id?: string
  from: number | null
  at: number
  authors: string[]
  edits: number
  words: number
  wordsAdded: number
  wordsRemoved: number
}

export interface Block {
  json: unknown
  text: string
}

/** From which checkpoint on: the latest of all, the latest at or before a time, or the beginning as far as it is kept. */
export type Since = 'latest' | 'beginning' | number

export interface HistoryDatabase {
  /** All that is needed to say what a document was at `time`, and what came after it. */
  load(documentId: string, time: Since): Promise<StoredHistory>
  versions(documentId: string): Promise<StoredVersion[]>
  versionContent(versionId: string): Promise<{ json: unknown; text: string } | null>
  saveVersion(documentId: string, version: NewVersion, blocks: Block[]): Promise<void>
  documentsWithoutVersion(): Promise<string[]>
  /** Documents with rows to pack. */
  documentsToPack(): Promise<string[]>
  /** Gives `work` what is to be packed and stores what it makes of it; nobody else packs this document meanwhile.
   *  @returns whether there may be more; not when somebody else is at it */
  pack(documentId: string, work: (given: ToPack) => Packed): Promise<boolean>
  /** Documents of workspaces that do not keep history for ever, and until when it is to be forgotten. */
  documentsToForget(): Promise<{ documentId: string; before: number }[]>
  forget(documentId: string, before: number, work: (given: StoredHistory) => ForgottenHistory | null): Promise<void>
  /** Since when history is kept for a document, in milliseconds; null: for ever. */
  keptSince(documentId: string): Promise<number | null>
  suggestion(pageId: string, suggestionId: string): Promise<StoredSuggestion | null>
}

export interface ToPack {
  base: StoredHistory['base']
  chunks: Chunk[]
  rows: LogRow[]
  /** When there are versions, so that no entry spans one. */
  boundaries: number[]
}

export interface Packed {
  /** With the id of the last chunk it takes its place. */
  chunks: Chunk[]
}

export interface ForgottenHistory {
  /** The chunk that becomes the beginning: all up to it is in its state. */
  base: Chunk
}

/** Rows that are packed at once; the next round takes the rest. */
const MAX_ROWS = 20_000

const MILLISECONDS = (column: string) => `ceil(extract(epoch from ${column}) * 1000)::float8`

/** Every SQL statement about history. `current` gives a pool that works, see createPool. */
export function createHistoryDatabase(current: () => postgres.Sql): HistoryDatabase {
  type On = postgres.ISql

  const versions = async (on: On, documentId: string) => {
    const rows = await on<{ id: string; name: string | null; from: number | null; at: number; authors: string; words: number | null }[]>`
      select id, name, ${on.unsafe(MILLISECONDS('from_at'))} as from, ${on.unsafe(MILLISECONDS('at'))} as at,
        to_json(authors)::text as authors, words
      from atrium_private.versions_of(${documentId})`
    return rows.map((row) => ({ ...row, authors: JSON.parse(row.authors) as string[] }))
  }

  async function read(on: On, documentId: string, since: Since): Promise<StoredHistory> {
    // Where the beginning is forgotten, the first chunk holds nothing but a state.
    const soEarly = typeof since === 'number' ? on`edits = 0 or to_at <= to_timestamp(${since / 1000}::float8)` : null
    const [base] = await on<{ id: number; to: number; state: Buffer }[]>`
      select id, ${on.unsafe(MILLISECONDS('to_at'))} as to, state from atrium_private.document_chunks
      where document_id = ${documentId} and state is not null
        and (${soEarly ?? (since === 'latest' ? on`true` : on`edits = 0`)})
      order by id desc limit 1`
    const chunks = await on<(Omit<Chunk, 'packed' | 'state'> & { packed: Buffer; state: Buffer | null })[]>`
      select id, ${on.unsafe(MILLISECONDS('from_at'))} as from, ${on.unsafe(MILLISECONDS('to_at'))} as to, edits, packed, state
      from atrium_private.document_chunks
      where document_id = ${documentId} and id > ${base?.id ?? 0}
      order by id`
    return { base: base ?? null, chunks, rows: [] }
  }

  async function rows(on: On, documentId: string, onlyMerged: boolean): Promise<LogRow[]> {
    return on<LogRow[]>`
      select id, author_id as "authorId", ${on.unsafe(MILLISECONDS('at'))} as at, update
      from ${on.unsafe(`atrium_private.${onlyMerged ? 'merged_updates' : 'document_updates'}`)}
      where document_id = ${documentId}
      order by id ${onlyMerged ? on`limit ${MAX_ROWS}` : on``}`
  }

  async function save(on: On, documentId: string, { id, from, to, edits, packed, state }: Chunk): Promise<void> {
    await on`
      insert into atrium_private.document_chunks as known (document_id, id, from_at, to_at, edits, packed, state)
      values (${documentId}, ${id}, to_timestamp(${from / 1000}::float8), to_timestamp(${to / 1000}::float8), ${edits}, ${packed}, ${state})
      on conflict (document_id, id) do update
        set from_at = excluded.from_at, to_at = excluded.to_at, edits = excluded.edits, packed = excluded.packed, state = excluded.state`
  }

  return {
    load(documentId, since) {
      return current().begin('isolation level repeatable read read only', async (transaction) => ({
        ...(await read(transaction, documentId, since)),
        rows: await rows(transaction, documentId, false),
      })) as Promise<StoredHistory>
    },

    versions: (documentId) => versions(current(), documentId),

    async versionContent(versionId) {
      const [row] = await current()<{ json: unknown; text: string }[]>`select json, text from atrium_private.version_content(${versionId})`
      return row ?? null
    },

    async saveVersion(documentId, version, blocks) {
      const row = {
        id: version.id,
        from_at: version.from === null ? null : new Date(version.from).toISOString(),
        at: new Date(version.at).toISOString(),
        authors: version.authors,
        edits: version.edits,
        words: version.words,
        words_added: version.wordsAdded,
        words_removed: version.wordsRemoved,
      }
      await current()`
        select atrium_private.save_document_version(${documentId}, ${JSON.stringify(row)}::text::jsonb, ${JSON.stringify(blocks)}::text::jsonb)`
    },

    async documentsWithoutVersion() {
      const found = await current()<{ id: string }[]>`select id from atrium_private.documents_without_version() id`
      return found.map(({ id }) => id)
    },

    async documentsToPack() {
      // Each is one step into the key of the log.
      const found = await current()<{ id: string }[]>`
        select document_id as id from atrium_private.document_snapshots snapshot
        where exists (select from atrium_private.merged_updates row where row.document_id = snapshot.document_id)`
      return found.map(({ id }) => id)
    },

    pack(documentId, work) {
      return current().begin(async (transaction) => {
        if (!(await lock(transaction, documentId))) return false
        const merged = await rows(transaction, documentId, true)
        if (merged.length === 0) return false
        const stored = await read(transaction, documentId, 'latest')
        const known = await versions(transaction, documentId)
        const { chunks } = work({ ...stored, rows: merged, boundaries: known.map(({ at }) => at) })
        for (const chunk of chunks) await save(transaction, documentId, chunk)
        const { count } = await transaction`
          delete from atrium_private.document_updates
          where document_id = ${documentId} and id = any(${`{${merged.map(({ id }) => id).join()}}`}::bigint[])`
        // Nothing is stored that does not take the place of what is deleted.
        if (count !== merged.length) throw new Error(`${merged.length} rows were packed and ${count} deleted`)
        return merged.length === MAX_ROWS
      }) as Promise<boolean>
    },

    async documentsToForget() {
      return current()<{ documentId: string; before: number }[]>`
        select document_id as "documentId", ${current().unsafe(MILLISECONDS('before'))} as before from atrium_private.documents_to_forget()`
    },

    async forget(documentId, before, work) {
      await current().begin(async (transaction) => {
        if (!(await lock(transaction, documentId))) return
        const stored = await read(transaction, documentId, before)
        const forgotten = work(stored)
        if (forgotten) {
          await save(transaction, documentId, forgotten.base)
          await transaction`delete from atrium_private.document_chunks where document_id = ${documentId} and id < ${forgotten.base.id}`
        }
        await transaction`select atrium_private.forget_versions(${documentId}, to_timestamp(${before / 1000}::float8))`
      })
    },

    async keptSince(documentId) {
      const [row] = await current()<{ since: number | null }[]>`
        select ${current().unsafe(MILLISECONDS('since'))} as since from atrium_private.history_kept_since(${documentId}) since`
      return row?.since ?? null
    },

    suggestion(pageId, suggestionId) {
      return current().begin('isolation level repeatable read read only', async (transaction) => {
        const [found] = await transaction<{ page: string; closed: boolean }[]>`
          select page, closed from atrium_private.suggestion_page(${suggestionId})`
        if (found?.page !== pageId) return null
        const base = await transaction<{ update: Buffer; blocks: string | null }[]>`
          select update, blocks::text from atrium_private.suggestion_bases where suggestion_id = ${suggestionId} order by place`
        const decided = await transaction<{ change: string }[]>`
          select change from atrium_private.suggestion_decisions where suggestion_id = ${suggestionId}`
        return {
          base: base.map(({ update }) => update),
          taken: Object.assign({}, ...base.map(({ blocks }) => JSON.parse(blocks ?? '{}'))),
          branch: await stored(transaction, suggestionId),
          page: await stored(transaction, pageId),
          decided: decided.map(({ change }) => change),
          closed: found.closed,
        }
      }) as Promise<StoredSuggestion | null>
    },
  }

  async function stored(on: On, documentId: string): Promise<Uint8Array[]> {
    const found = await on<{ update: Buffer }[]>`
      with snapshot as (select upto, state from atrium_private.document_snapshots where document_id = ${documentId})
      select 0::bigint as id, state as update from snapshot
      union all
      select id, update from atrium_private.document_updates
      where document_id = ${documentId} and id > coalesce((select upto from snapshot), 0)
      order by id`
    return found.map(({ update }) => update)
  }

  async function lock(on: On, documentId: string): Promise<boolean> {
    const [row] = await on<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${`atrium.pack:${documentId}`}, 0)) as mine`
    return row?.mine ?? false
  }
}
