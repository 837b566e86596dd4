import { z } from 'zod'
import type { Claims } from '../tokens.ts'
import { type Buckets, ownerOf } from './buckets.ts'
import type { Database, ObjectRow } from './database.ts'
import { accessDenied, noSuchBucket, noSuchKey, StorageError, tooLarge } from './errors.ts'
import type { Files } from './files.ts'
import { checkMediaType, checkObjectName } from './names.ts'
import { headerValue } from './receive.ts'
import type { Uploads } from './uploads.ts'

const place = z.object({
  bucketId: z.string(),
  sourceKey: z.string(),
  destinationBucket: z.string().nullish(),
  destinationKey: z.string(),
  sourceVersionId: z.string().nullish(),
})
export const moveBody = place
export const copyBody = place.extend({
  copyMetadata: z.boolean().nullish(),
  metadata: z
    .object({ cacheControl: z.string().nullish(), mimetype: z.string().nullish(), contentEncoding: z.string().nullish() })
    .nullish(),
})
/** A name, or a name with the version that must be the present one. */
const entry = z.union([z.string(), z.object({ path: z.string(), versionId: z.string() })])
export const removeBody = z.object({ prefixes: z.array(entry).min(1).max(1000) })

export interface Objects {
  /** The row as the caller sees it; as the service when there is no caller. Throws 404 for what is not there or not his to see. */
  find(caller: Claims | null, operation: string, bucket: string, name: string, version?: string | null): Promise<ObjectRow>
  /** Which of the names the caller sees. */
  visible(caller: Claims, operation: string, bucket: string, names: string[]): Promise<Set<string>>
  remove(caller: Claims, bucket: string, name: string): Promise<void>
  removeMany(caller: Claims, bucket: string, entries: z.infer<typeof removeBody>['prefixes']): Promise<ObjectRow[]>
  move(caller: Claims, body: z.infer<typeof moveBody>): Promise<{ message: string; Id: string; Key: string }>
  copy(caller: Claims, body: z.infer<typeof copyBody>, options: CopyOptions): Promise<Record<string, unknown>>
}

interface CopyOptions {
  upsert: boolean
  userMetadata: Record<string, unknown> | undefined
}

interface Parts {
  database: Database
  files: Files
  buckets: Buckets
  uploads: Uploads
}

export function createObjects({ database, files, buckets, uploads }: Parts): Objects {
  async function find(caller: Claims | null, operation: string, bucket: string, name: string, version?: string | null) {
    checkObjectName(name)
    const query = (sql: Parameters<Parameters<Database['begin']>[0]>[0]) => sql<ObjectRow[]>`
      select id, bucket_id, name, owner_id, version, metadata, user_metadata, created_at, updated_at, last_accessed_at
      from storage.objects
      where bucket_id = ${bucket} and name = ${name} and (${version ?? null}::text is null or version = ${version ?? null})`
    const [object] = await (caller ? database.as(caller, operation, query) : database.begin(query))
    if (!object) throw noSuchKey()
    return object
  }

  async function removeMany(caller: Claims, bucket: string, entries: z.infer<typeof removeBody>['prefixes']) {
    const names = entries.map((item) => (typeof item === 'string' ? item : item.path))
    const versions = entries.map((item) => (typeof item === 'string' ? null : item.versionId))
    const gone = await database.as(
      caller,
      'storage.object.delete_many',
      (sql) => sql<ObjectRow[]>`
        delete from storage.objects as o
        using unnest(${names}::text[], ${versions}::text[]) as wanted(name, version)
        where o.bucket_id = ${bucket} and o.name = wanted.name and (wanted.version is null or o.version = wanted.version)
        returning o.id, o.bucket_id, o.name, o.owner, o.owner_id, o.version, o.metadata, o.user_metadata, o.created_at, o.updated_at,
          o.last_accessed_at`,
    )
    await files.remove(gone.map(({ version }) => version))
    return gone
  }

  return {
    find,
    removeMany,

    async visible(caller, operation, bucket, names) {
      const rows = await database.as(
        caller,
        operation,
        (sql) => sql<{ name: string }[]>`select name from storage.objects where bucket_id = ${bucket} and name = any(${names})`,
      )
      return new Set(rows.map(({ name }) => name))
    },

    async remove(caller, bucket, name) {
      checkObjectName(name)
      const version = await database.as(caller, 'storage.object.delete', async (sql) => {
        const [visible] = await sql`select from storage.objects where bucket_id = ${bucket} and name = ${name}`
        const [gone] = await sql<{ version: string }[]>`
          delete from storage.objects where bucket_id = ${bucket} and name = ${name} returning version`
        if (!gone) throw visible ? accessDenied('Access denied') : noSuchKey()
        return gone.version
      })
      await files.remove([version])
    },

    async move(caller, body) {
      const destination = body.destinationBucket ?? body.bucketId
      checkObjectName(body.destinationKey)
      const source = await find(caller, 'storage.object.move', body.bucketId, body.sourceKey, body.sourceVersionId)
      if (destination !== body.bucketId) await checkFits(source, destination, body.destinationKey)
      const [moved] = await database
        .as(
          caller,
          'storage.object.move',
          (sql) => sql<{ id: string }[]>`
            update storage.objects
            set bucket_id = ${destination}, name = ${body.destinationKey}, owner = ${ownerOf(caller.sub)}, owner_id = ${caller.sub ?? null}
            where id = ${source.id} and version = ${source.version}
            returning id`,
        )
        .catch((error: unknown) => {
          throw error instanceof StorageError && error.code === 'ResourceNotEmpty' ? noSuchBucket() : error
        })
      if (!moved) throw accessDenied('new row violates row-level security policy')
      return { message: 'Successfully moved', Id: moved.id, Key: body.destinationKey }
    },

    async copy(caller, body, options) {
      const bucket = await buckets.settingsOf(body.destinationBucket ?? body.bucketId)
      const source = await find(caller, 'storage.object.copy', body.bucketId, body.sourceKey, body.sourceVersionId)
      await checkFits(source, bucket.id, body.destinationKey)
      const target = { bucket, name: body.destinationKey, upsert: options.upsert, caller, operation: 'storage.object.copy' }
      const keeps = body.copyMetadata ?? true
      const override = keeps ? undefined : body.metadata
      const encoding = override?.contentEncoding ?? source.metadata?.contentEncoding
      const description = {
        mimetype: override?.mimetype ?? source.metadata?.mimetype ?? 'application/octet-stream',
        cacheControl: headerValue(override?.cacheControl) ?? source.metadata?.cacheControl ?? 'no-cache',
        ...(encoding ? { contentEncoding: encoding } : {}),
        userMetadata: keeps ? (source.user_metadata ?? undefined) : options.userMetadata,
      }
      await uploads.authorize(target, description, source.metadata?.size)
      return files.withVersion(async (version) => {
        const file = await files.copy(source.version, version)
        if (!file) throw noSuchKey()
        const { id, metadata } = await uploads.commit(target, description, file)
        const Key = `${bucket.id}/${body.destinationKey}`
        return { Id: id, Key, id, name: body.destinationKey, bucket_id: bucket.id, version, metadata, owner_id: caller.sub ?? null }
      })
    },
  }

  /** A file goes into another bucket only as if it were uploaded there. */
  async function checkFits(source: ObjectRow, bucketId: string, name: string): Promise<void> {
    const bucket = await buckets.settingsOf(bucketId)
    checkMediaType(source.metadata?.mimetype ?? 'application/octet-stream', bucket.allowed_mime_types)
    if ((source.metadata?.size ?? 0) > uploads.limitOf(bucket, name)) throw tooLarge()
  }
}
