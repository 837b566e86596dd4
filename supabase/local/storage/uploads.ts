import { randomUUID } from 'node:crypto'
import type { Claims } from '../tokens.ts'
import { ownerOf } from './buckets.ts'
import { type Bucket, become, type Database, type ObjectMetadata, type Transaction } from './database.ts'
import { alreadyExists, StorageError } from './errors.ts'
import type { Files, StoredFile } from './files.ts'
import { checkMediaType, checkObjectName, isFolderPlaceholder } from './names.ts'

/** Where an upload goes, on whose behalf, and what it may replace. */
export interface Target {
  bucket: Bucket
  name: string
  upsert: boolean
  caller: Claims
  /** What storage.operation() says to the policies. */
  operation: string
}

/** What the uploader says about the file. */
export interface Description {
  mimetype: string
  cacheControl: string
  contentEncoding?: string | undefined
  userMetadata?: Record<string, unknown> | undefined
}

export interface Uploads {
  /** The most bytes that this bucket takes under this name. */
  limitOf(bucket: Bucket, name: string): number
  /** Asks the policies for an upload without changing anything; refuses before a byte is read. `size` in bytes, if known. */
  authorize(target: Target, description: Description, size: number | undefined): Promise<void>
  /** Makes a file that is on the disk an object, asking the policies again; removes the version it replaces. */
  commit(target: Target, description: Description, file: StoredFile): Promise<{ id: string; metadata: ObjectMetadata }>
}

export function createUploads(database: Database, files: Files, fileSizeLimit: number, clock: () => number): Uploads {
  const metadataOf = (description: Description, file: StoredFile): ObjectMetadata => ({
    eTag: `"${file.digest}"`,
    size: file.size,
    mimetype: description.mimetype,
    cacheControl: description.cacheControl,
    ...(description.contentEncoding ? { contentEncoding: description.contentEncoding } : {}),
    lastModified: new Date(clock()).toISOString(),
    contentLength: file.size,
    httpStatusCode: 200,
  })

  return {
    limitOf(bucket, name) {
      return isFolderPlaceholder(name) ? 0 : Math.min(bucket.file_size_limit ?? fileSizeLimit, fileSizeLimit)
    },

    async authorize({ bucket, name, upsert, caller, operation }, description, size) {
      checkObjectName(name)
      checkMediaType(description.mimetype, isFolderPlaceholder(name) ? null : bucket.allowed_mime_types)
      const metadata = { mimetype: description.mimetype, ...(size === undefined ? {} : { size, contentLength: size }) }
      const row = {
        bucket_id: bucket.id,
        name,
        owner: ownerOf(caller.sub),
        owner_id: caller.sub ?? null,
        version: 'probe',
      }
      await database.probe(caller, operation, async (sql) => {
        const json = { ...row, metadata: sql.json(metadata), user_metadata: asJson(sql, description.userMetadata) }
        if (upsert) {
          await sql`
            insert into storage.objects ${sql(json)}
            on conflict (name, bucket_id) do update set version = excluded.version, owner = excluded.owner, owner_id = excluded.owner_id,
              metadata = excluded.metadata, user_metadata = excluded.user_metadata`
        } else await sql`insert into storage.objects ${sql(json)}`
      })
    },

    async commit({ bucket, name, upsert, caller, operation }, description, file) {
      const metadata = metadataOf(description, file)
      try {
        const { id, replaced } = await database.begin(async (sql) => {
          // One at a time per name, so that each knows which version it replaces.
          await sql`select pg_advisory_xact_lock(hashtextextended(${`storage:${bucket.id}/${name}`}, 0))`
          const [old] = await sql<{ id: string; version: string }[]>`
            select id, version from storage.objects where bucket_id = ${bucket.id} and name = ${name} for update`
          await become(sql, caller, operation)
          const row = {
            // Not returned by the insert: that would take a right to read.
            id: old?.id ?? randomUUID(),
            bucket_id: bucket.id,
            name,
            owner: ownerOf(caller.sub),
            owner_id: caller.sub ?? null,
            version: file.version,
            metadata: sql.json({ ...metadata }),
            user_metadata: asJson(sql, description.userMetadata),
          }
          if (old && !upsert) throw alreadyExists()
          if (upsert) {
            await sql`
              insert into storage.objects ${sql(old ? { ...row, id: randomUUID() } : row)}
              on conflict (name, bucket_id) do update set version = excluded.version, owner = excluded.owner, owner_id = excluded.owner_id,
                metadata = excluded.metadata, user_metadata = excluded.user_metadata`
          } else await sql`insert into storage.objects ${sql(row)}`
          return { id: row.id, replaced: old?.version }
        })
        if (replaced) await files.remove([replaced])
        return { id, metadata }
      } catch (error) {
        // Without a clear no from the database the row may be there: then the file stays, and the sweep decides.
        if (error instanceof StorageError && error.statusCode < 500) await files.remove([file.version])
        throw error
      }
    },
  }
}

type Json = Parameters<Transaction['json']>[0]

function asJson(sql: Transaction, value: Record<string, unknown> | undefined) {
  return value === undefined ? null : sql.json(value as Json)
}
