import { z } from 'zod'
import type { Claims } from '../tokens.ts'
import type { Database, Transaction } from './database.ts'
import { invalidRequest, notOffered } from './errors.ts'
import { listPrefix } from './names.ts'

/** Of versions there is one, so what asks for others is refused rather than answered wrongly. */
const versions = {
  noncurrentVersions: z.string().nullish(),
  deleteMarkers: z.string().nullish(),
  exactMatch: z.boolean().nullish(),
}
export const listBody = z.object({
  prefix: z.string(),
  limit: z.number().int().min(1).nullish(),
  offset: z.number().int().min(0).max(1_000_000).nullish(),
  search: z.string().max(1024).nullish(),
  sortBy: z
    .object({
      column: z.enum(['name', 'updated_at', 'created_at', 'last_accessed_at']).default('name'),
      order: z.enum(['asc', 'desc']).nullish(),
    })
    .nullish(),
  ...versions,
})
export const listV2Body = z.object({
  prefix: z.string().nullish(),
  limit: z.number().int().min(1).nullish(),
  cursor: z.string().max(4096).nullish(),
  with_delimiter: z.boolean().nullish(),
  sortBy: z.object({ column: z.enum(['name', 'updated_at', 'created_at']), order: z.enum(['asc', 'desc']).nullish() }).nullish(),
  ...versions,
})

interface Entry {
  name: string
  /** Null for a folder. */
  id: string | null
  created_at: Date | null
  updated_at: Date | null
  last_accessed_at: Date | null
  metadata: Record<string, unknown> | null
}

export interface Listing {
  /** One folder: names relative to it, sub-folders without an id. */
  list(caller: Claims, bucket: string, body: z.infer<typeof listBody>): Promise<Entry[]>
  /** Full names, flat or by folder, in pages. */
  listV2(caller: Claims, bucket: string, body: z.infer<typeof listV2Body>): Promise<Page>
}

interface Page {
  hasNext: boolean
  folders: { name: string; key: string }[]
  objects: (Entry & { key?: string })[]
  nextCursor?: string
}

const MOST_ENTRIES = 1000

export function createListing(database: Database): Listing {
  return {
    async list(caller, bucket, body) {
      refuseVersions(body)
      const folder = body.prefix === '' || body.prefix.endsWith('/') ? body.prefix : `${body.prefix}/`
      if (listPrefix(folder) === null) return []
      const isPlain = (body.sortBy?.column ?? 'name') === 'name' && !body.search
      return database.as(caller, 'storage.object.list', (sql) =>
        isPlain ? walkFolder(sql, bucket, folder, body) : scanFolder(sql, bucket, folder, body),
      )
    },

    async listV2(caller, bucket, body) {
      refuseVersions(body)
      const prefix = listPrefix(body.prefix ?? '')
      if (prefix === null) return { hasNext: false, folders: [], objects: [] }
      const limit = Math.min(body.limit ?? MOST_ENTRIES, MOST_ENTRIES)
      const cursor = body.cursor ? decodeCursor(body.cursor) : undefined
      const order: Order = cursor ?? { column: body.sortBy?.column ?? 'name', isDescending: body.sortBy?.order === 'desc' }
      const entries = await database.as(caller, 'storage.object.list_v2', (sql) => {
        const question = { sql, bucket, prefix, order, cursor, limit: limit + 1 }
        if (!body.with_delimiter) return pageOfObjects(question)
        return order.column === 'name' ? pageByName(question) : pageByTime(question)
      })
      return toPage(entries, limit, order, body.with_delimiter === true ? prefix : null)
    },
  }
}

function refuseVersions(body: z.infer<z.ZodObject<typeof versions>>): void {
  const asksForMore = [body.noncurrentVersions, body.deleteMarkers].some((choice) => choice && choice !== 'exclude')
  if (asksForMore || body.exactMatch) throw notOffered('Versioning of objects')
}

/** A text as a pattern that matches only itself. */
const literally = (text: string) => text.replace(/[\\%_]/g, '\\$&')

async function walkFolder(sql: Transaction, bucket: string, folder: string, body: z.infer<typeof listBody>): Promise<Entry[]> {
  const limit = Math.min(body.limit ?? 100, MOST_ENTRIES)
  const offset = body.offset ?? 0
  return sql<Entry[]>`
    select rtrim(substr(name, ${folder.length + 1}), '/') as name, id, updated_at, created_at, last_accessed_at, metadata
    from storage.entries(${bucket}, ${folder}, '', ${body.sortBy?.order === 'desc'}, ${offset + limit})
    offset ${offset}`
}

/** By time, or with a search: every object below the folder is looked at. Folders come first, as in storage-api. */
async function scanFolder(sql: Transaction, bucket: string, folder: string, body: z.infer<typeof listBody>): Promise<Entry[]> {
  const direction = body.sortBy?.order === 'desc' ? sql`desc` : sql`asc`
  const column = body.sortBy?.column ?? 'name'
  const byName = sql`name collate "C" ${direction}`
  const sorting = column === 'name' ? byName : sql`id is not null, ${sql(column)} ${direction}, ${byName}`
  // A search may name folders, too: then it looks in there.
  const search = body.search ?? ''
  const path = search.slice(0, search.lastIndexOf('/') + 1)
  const below = folder + path
  return sql<Entry[]>`
    with below as (
      select *, substr(name, ${below.length + 1}) as rest from storage.objects
      where bucket_id = ${bucket} and name like ${`${literally(below)}%`}
        and substr(name, ${below.length + 1}) ilike ${`${literally(search.slice(path.length))}%`}
    ),
    entries as (
      select distinct ${path} || split_part(rest, '/', 1) as name, null::uuid as id, null::timestamptz as updated_at, null::timestamptz as created_at,
        null::timestamptz as last_accessed_at, null::jsonb as metadata
      from below where strpos(rest, '/') > 0
      union all
      select ${path} || rest, id, updated_at, created_at, last_accessed_at, metadata from below where strpos(rest, '/') = 0
    )
    select * from entries order by ${sorting}
    limit ${Math.min(body.limit ?? 100, MOST_ENTRIES)} offset ${body.offset ?? 0}`
}

interface Order {
  column: 'name' | 'created_at' | 'updated_at'
  isDescending: boolean
}
interface Cursor extends Order {
  /** The last name of the page before. */
  after: string
  /** Its time in milliseconds, when sorted by time. */
  time?: number | undefined
}
interface Question {
  sql: Transaction
  bucket: string
  prefix: string
  order: Order
  cursor: Cursor | undefined
  limit: number
}

const pageByName = ({ sql, bucket, prefix, order, cursor, limit }: Question) => sql<Entry[]>`
  select * from storage.entries(${bucket}, ${prefix}, ${cursor?.after ?? ''}, ${order.isDescending}, ${limit})`

/** Milliseconds: what a cursor can carry. */
const timeOf = (sql: Transaction, column: Order['column']) => sql`date_trunc('milliseconds', ${sql(column)})`

/** The rest of the order after the cursor, and how to sort. */
function paging({ sql, order, cursor }: Question) {
  const direction = order.isDescending ? sql`desc` : sql`asc`
  const beyond = order.isDescending ? sql`<` : sql`>`
  if (order.column === 'name') {
    const rest = cursor ? sql`name collate "C" ${beyond} ${cursor.after}` : sql`true`
    return { rest, sorting: sql`name collate "C" ${direction}` }
  }
  const time = timeOf(sql, order.column)
  const rest = cursor ? sql`(${time}, name collate "C") ${beyond} (${new Date(cursor.time ?? 0)}::timestamptz, ${cursor.after})` : sql`true`
  return { rest, sorting: sql`${time} ${direction}, name collate "C" ${direction}` }
}

function pageOfObjects(question: Question) {
  const { sql, bucket, prefix, limit } = question
  const { rest, sorting } = paging(question)
  return sql<Entry[]>`
    select id, name, metadata, updated_at, created_at, last_accessed_at from storage.objects
    where bucket_id = ${bucket} and name like ${`${literally(prefix)}%`} and ${rest}
    order by ${sorting} limit ${limit}`
}

/** A folder is as old as its oldest file. */
function pageByTime(question: Question) {
  const { sql, bucket, prefix, limit } = question
  const { rest, sorting } = paging(question)
  return sql<Entry[]>`
    with below as (
      select *, split_part(substr(name, ${prefix.length + 1}), '/', 1) as part, strpos(substr(name, ${prefix.length + 1}), '/') > 0 as is_nested
      from storage.objects where bucket_id = ${bucket} and name like ${`${literally(prefix)}%`}
    ),
    entries as (
      select ${prefix} || part || '/' as name, null::uuid as id, min(created_at) as created_at, min(created_at) as updated_at,
        null::timestamptz as last_accessed_at, null::jsonb as metadata
      from below where is_nested group by part
      union all
      select name, id, created_at, updated_at, last_accessed_at, metadata from below where not is_nested
    )
    select * from entries where ${rest} order by ${sorting} limit ${limit}`
}

/** `prefix` when listed by folder: then each entry carries its name below the prefix as `key`. */
function toPage(entries: Entry[], limit: number, order: Order, prefix: string | null): Page {
  const hasNext = entries.length > limit
  const shown = entries.slice(0, limit)
  const keyOf = (name: string) => name.slice(prefix?.length ?? 0).replace(/\/$/, '')
  const page: Page = {
    hasNext,
    folders: shown.filter(({ id }) => id === null).map(({ name }) => ({ name, key: keyOf(name) })),
    objects: shown.filter(({ id }) => id !== null).map((entry) => (prefix === null ? entry : { ...entry, key: keyOf(entry.name) })),
  }
  const last = shown.at(-1)
  if (hasNext && last) {
    const time = order.column === 'name' ? undefined : last[order.column]?.getTime()
    page.nextCursor = Buffer.from(JSON.stringify([last.name, order.column, order.isDescending, time ?? null])).toString('base64url')
  }
  return page
}

const cursorContent = z.tuple([
  z.string().max(1100),
  z.enum(['name', 'created_at', 'updated_at']),
  z.boolean(),
  z.number().int().nullable(),
])

function decodeCursor(text: string): Cursor {
  try {
    const [after, column, isDescending, time] = cursorContent.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    if (listPrefix(after) === null) throw invalidRequest('The cursor is not valid')
    return { after, column, isDescending, ...(time === null ? {} : { time }) }
  } catch {
    throw invalidRequest('The cursor is not valid')
  }
}
