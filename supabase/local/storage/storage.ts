import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '../service.ts'
import type { Tokens } from '../tokens.ts'
import { bucketRoutes } from './bucketRoutes.ts'
import { createBuckets } from './buckets.ts'
import { openDatabase } from './database.ts'
import { sendError, toStorageError } from './errors.ts'
import { openFiles } from './files.ts'
import { CORS, discardRest, PREFLIGHT } from './http.ts'
import { createLimiter } from './limiter.ts'
import { createListing } from './listing.ts'
import { objectRoutes } from './objectRoutes.ts'
import { createObjects } from './objects.ts'
import { readRoutes } from './readRoutes.ts'
import { createResumable, RESUMABLE_PATH } from './resumable.ts'
import { createRevocation } from './revocation.ts'
import { createRouter } from './route.ts'
import { createSignatures } from './signatures.ts'
import { uploadRoutes } from './uploadRoutes.ts'
import { createUploads } from './uploads.ts'

export interface StorageOptions {
  /** Connects as supabase_storage_admin. */
  databaseUrl: string
  tokens: Tokens
  /** Signs URLs; not the secret of user tokens. */
  secret: string
  /** Holds the bytes; made when it is not there. */
  directory: string
  /** The channel of NOTIFY that tells of lost rights; without it what is under way goes on. */
  recheckOn?: string
  /** The largest file in bytes, whatever a bucket says. */
  fileSizeLimit: number
  /** Milliseconds since 1970. */
  clock?: () => number
}

const SWEEP_EVERY_MS = 3600_000
/** An upload under way keeps its file fresh by writing to it; a row that is about to be committed takes no hour. */
const ORPHAN_AFTER_MS = 3600_000

/** What supabase-js' `storage` speaks to: objects on the disk, rights by the policies on storage.objects and storage.buckets. */
export async function createStorage(options: StorageOptions): Promise<Service> {
  const { tokens, secret, directory, fileSizeLimit, clock = Date.now } = options
  const database = openDatabase(options.databaseUrl)
  const files = await openFiles(directory)
  const buckets = createBuckets(database, files, fileSizeLimit)
  const uploads = createUploads(database, files, fileSizeLimit, clock)
  const objects = createObjects({ database, files, buckets, uploads })
  const signatures = createSignatures(secret, clock)
  const limiter = createLimiter({ running: 128, perKey: 64, waiting: 1000 })
  const knownVersions = async (versions: string[]) => {
    const rows = await database.sql<{ version: string }[]>`select version from storage.objects where version = any(${versions})`
    return new Set(rows.map(({ version }) => version))
  }
  const revocation = createRevocation(options.databaseUrl, options.recheckOn)
  const resumable = createResumable({
    files,
    buckets,
    uploads,
    signatures,
    revocation,
    fileSizeLimit,
    clock,
    isCommitted: async (version) => (await knownVersions([version])).has(version),
  })
  const parts = { buckets, objects, listing: createListing(database), uploads, files, signatures, resumable, revocation, limiter, clock }
  const route = createRouter([...bucketRoutes(parts), ...uploadRoutes(parts), ...readRoutes(parts), ...objectRoutes(parts)])

  const sweep = async () => {
    try {
      await files.sweep(clock() - ORPHAN_AFTER_MS, knownVersions)
      await resumable.removeExpired()
    } catch (error) {
      // The database may be away just now; the next sweep finds the same orphans.
      console.error('storage: the sweep of orphan files failed:', error)
    }
  }
  let sweeping = sweep()
  const timer = setInterval(() => {
    sweeping = sweep()
  }, SWEEP_EVERY_MS)
  const active = new Set<Promise<void>>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.method === 'OPTIONS' && !request.url?.startsWith(RESUMABLE_PATH)) response.writeHead(204, PREFLIGHT).end()
      else await route(request, response, () => tokens.callerOf(credentials(request)))
    } catch (error) {
      const refusal = toStorageError(error)
      if (response.headersSent || response.destroyed) response.destroy()
      else sendError(response, refusal, CORS)
    }
    discardRest(request)
  }

  return {
    handle(request, response) {
      const work = handle(request, response).finally(() => active.delete(work))
      active.add(work)
      return work
    },
    async close() {
      clearInterval(timer)
      await Promise.race([Promise.allSettled([...active, sweeping]), new Promise((resolve) => setTimeout(resolve, 10_000).unref())])
      await Promise.all([revocation.stop(), database.close()])
    },
  }
}

function credentials({ headers }: IncomingMessage): { authorization?: string; apikey?: string } {
  const apikey = headers.apikey
  return {
    ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
    ...(typeof apikey === 'string' ? { apikey } : {}),
  }
}
