import { z } from 'zod'
import type { Claims } from '../tokens.ts'
import type { Bucket, Database } from './database.ts'
import { invalidMimeType, invalidRequest, noSuchBucket, notOffered, tooLarge } from './errors.ts'
import type { Files } from './files.ts'
import { checkBucketName, essence } from './names.ts'

const settings = z.object({
  public: z.boolean().nullish(),
  /** Bytes, or a text such as `20MB`. Null lifts the limit. */
  file_size_limit: z.union([z.number().int().nonnegative(), z.string()]).nullish(),
  allowed_mime_types: z.array(z.string()).nullish(),
  versioning_status: z.string().nullish(),
})
export const newBucket = settings.extend({ name: z.string(), id: z.string().nullish(), type: z.string().nullish() })
export const changedBucket = settings
export const bucketQuery = z.object({
  limit: z.coerce.number().int().min(1).optional(),
  offset: z.coerce.number().int().min(0).optional(),
  sortColumn: z.enum(['id', 'name', 'created_at', 'updated_at']).default('name'),
  sortOrder: z.enum(['asc', 'desc']).default('asc'),
  search: z.string().optional(),
})

export interface Buckets {
  list(caller: Claims, query: z.infer<typeof bucketQuery>): Promise<unknown[]>
  get(caller: Claims, id: string): Promise<unknown>
  create(caller: Claims, bucket: z.infer<typeof newBucket>): Promise<{ name: string }>
  update(caller: Claims, id: string, changes: z.infer<typeof changedBucket>): Promise<void>
  /** Deletes those of its objects that the caller may delete. */
  empty(caller: Claims, id: string): Promise<void>
  remove(caller: Claims, id: string): Promise<void>
  /** Past the policies: whether it is public, what it takes. Throws 404. */
  settingsOf(id: string): Promise<Bucket>
}

const UNITS = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 } as const
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** The deprecated columns `owner` can only hold a uuid; `owner_id` holds any subject. */
export const ownerOf = (subject: string | undefined) => (subject !== undefined && UUID.test(subject) ? subject : null)

export function createBuckets(database: Database, files: Files, fileSizeLimit: number): Buckets {
  /** Undefined means: not mentioned, leave as it is. */
  function bytesOf(limit: string | number | null | undefined): number | null | undefined {
    if (limit === undefined || limit === null) return limit
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)$/i.exec(String(limit)) ?? []
    if (typeof limit === 'string' && !amount) throw invalidRequest('Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B')
    const bytes = typeof limit === 'number' ? limit : Math.floor(Number(amount) * UNITS[unit?.toLowerCase() as keyof typeof UNITS])
    if (bytes > fileSizeLimit) throw tooLarge()
    return bytes
  }

  function checkSettings({ allowed_mime_types: types, versioning_status: versioning }: z.infer<typeof settings>): void {
    for (const type of types ?? []) if (!/^(\*|\*\/\*|[a-z]+\/\*)$/.test(type) && !essence(type)) throw invalidMimeType(type)
    if (versioning && versioning !== 'DISABLED') throw notOffered('Versioning of objects')
  }

  async function settingsOf(id: string): Promise<Bucket> {
    const [bucket] = await database.begin(
      (sql) => sql<Bucket[]>`select id, name, public, file_size_limit, allowed_mime_types from storage.buckets where id = ${id}`,
    )
    if (!bucket) throw noSuchBucket()
    return bucket
  }

  return {
    settingsOf,

    list: (caller, { limit, offset, sortColumn, sortOrder, search }) =>
      database.as(
        caller,
        'storage.bucket.list',
        (sql) => sql<Bucket[]>`
          select id, name, owner, public, created_at, updated_at, file_size_limit, allowed_mime_types, type
          from storage.buckets
          where ${search ?? ''} = '' or strpos(lower(name), lower(${search ?? ''})) > 0
          order by ${sql(sortColumn)} ${sortOrder === 'desc' ? sql`desc` : sql`asc`}
          limit ${limit ?? null} offset ${offset ?? 0}`,
      ),

    async get(caller, id) {
      const [bucket] = await database.as(
        caller,
        'storage.bucket.get',
        (sql) => sql`
          select id, name, owner, public, created_at, updated_at, file_size_limit, allowed_mime_types, type
          from storage.buckets where id = ${id}`,
      )
      if (!bucket) throw noSuchBucket()
      return bucket
    },

    async create(caller, bucket) {
      if (bucket.type && bucket.type !== 'STANDARD') throw notOffered(`A bucket of the type ${bucket.type}`)
      checkSettings(bucket)
      const id = checkBucketName(bucket.id || bucket.name)
      const limit = bytesOf(bucket.file_size_limit) ?? null
      const owner = caller.sub
      await database.as(
        caller,
        'storage.bucket.create',
        (sql) => sql`
          insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
          values (${id}, ${checkBucketName(bucket.name)}, ${ownerOf(owner)}, ${owner ?? null}, ${bucket.public ?? false}, ${limit},
            ${bucket.allowed_mime_types?.filter(Boolean) ?? null})`,
      )
      return { name: bucket.name }
    },

    async update(caller, id, changes) {
      checkSettings(changes)
      const limit = bytesOf(changes.file_size_limit)
      const columns = {
        ...(typeof changes.public === 'boolean' ? { public: changes.public } : {}),
        ...(limit === undefined ? {} : { file_size_limit: limit }),
        ...(changes.allowed_mime_types === undefined ? {} : { allowed_mime_types: changes.allowed_mime_types?.filter(Boolean) ?? null }),
      }
      if (Object.keys(columns).length === 0) throw invalidRequest('body: must have at least one setting')
      const { count } = await database.as(
        caller,
        'storage.bucket.update',
        (sql) => sql`update storage.buckets set ${sql(columns)}, updated_at = now() where id = ${id}`,
      )
      if (count === 0) throw noSuchBucket()
    },

    async empty(caller, id) {
      const [bucket] = await database.as(caller, 'storage.bucket.empty', (sql) => sql`select from storage.buckets where id = ${id}`)
      if (!bucket) throw noSuchBucket()
      for (;;) {
        const gone = await database.as(
          caller,
          'storage.bucket.empty',
          (sql) => sql<{ version: string }[]>`
            delete from storage.objects
            where id in (select id from storage.objects where bucket_id = ${id} limit 1000)
            returning version`,
        )
        await files.remove(gone.map(({ version }) => version))
        if (gone.length === 0) return
      }
    },

    async remove(caller, id) {
      // Whoever may not see the bucket hears that it does not exist, not that it is full.
      const { count } = await database.as(caller, 'storage.bucket.delete', async (sql) => {
        const [visible] = await sql`select from storage.buckets where id = ${id}`
        if (!visible) throw noSuchBucket()
        return sql`delete from storage.buckets where id = ${id}`
      })
      if (count === 0) throw noSuchBucket()
    },
  }
}
