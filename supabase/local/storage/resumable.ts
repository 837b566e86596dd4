import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS, MemoryLocker, Server, type Upload } from '@tus/server'
import type { Claims } from '../tokens.ts'
import type { Buckets } from './buckets.ts'
import { noSuchUpload, StorageError, toStorageError } from './errors.ts'
import { type Files, isVersion } from './files.ts'
import { checkBucketName, checkObjectName } from './names.ts'
import { checkEncoding, parseMetadata } from './receive.ts'
import type { Revocation } from './revocation.ts'
import type { Signatures } from './signatures.ts'
import { UploadStore } from './uploadStore.ts'
import type { Description, Target, Uploads } from './uploads.ts'

/** Uploads that survive a lost connection, by the TUS protocol: `POST` makes one, `PATCH` appends to it, `HEAD` says how far it came. */
export interface Resumable {
  handle(request: IncomingMessage, response: ServerResponse, authority: Authority): Promise<void>
  /** Removes uploads that nobody finished in time. Returns how many. */
  removeExpired(): Promise<number>
}

/** What entitles a request: its caller's own rights, or the token of a signed upload. */
export type Authority = { kind: 'caller'; caller: Claims; upsert: boolean } | { kind: 'signature'; token: string }

export const RESUMABLE_PATH = '/storage/v1/upload/resumable'
/** An upload that is not finished by then is removed. */
const LIFETIME_MS = 24 * 3600_000

interface Parts {
  files: Files
  buckets: Buckets
  uploads: Uploads
  signatures: Signatures
  revocation: Revocation
  fileSizeLimit: number
  clock: () => number
  /** Whether an object with this version exists. */
  isCommitted(version: string): Promise<boolean>
}

export function createResumable(parts: Parts): Resumable {
  const { files, buckets, uploads, signatures, revocation } = parts
  const store = new UploadStore({
    directory: files.uploads,
    clock: parts.clock,
    lifetimeMs: LIFETIME_MS,
    isCommitted: parts.isCommitted,
    async *whileAllowed(id, source) {
      const { upload, target } = await ownUpload(id)
      yield* revocation.pass(target.caller, () => uploads.authorize(target, describe(upload), upload.size), source)
    },
  })
  /** Who stands behind the request that the TUS server is working on. */
  const current = new AsyncLocalStorage<Authority>()

  /** Whose rights decide, for this object. */
  function authorityFor(bucket: string, name: string): { caller: Claims; upsert: boolean } {
    const authority = current.getStore()
    if (!authority) throw new Error('A resumable upload runs outside of its request')
    if (authority.kind === 'caller') return authority
    const { signer, upsert } = signatures.verify(authority.token, 'upload', bucket, name)
    return { caller: signer as Claims, upsert: upsert === true }
  }

  async function targetOf(bucketName: string, name: string): Promise<Target> {
    checkBucketName(bucketName)
    checkObjectName(name)
    const { caller, upsert } = authorityFor(bucketName, name)
    const bucket = await buckets.settingsOf(bucketName)
    return { bucket, name, caller, upsert, operation: 'storage.tus.upload.create' }
  }

  /** The upload that a request speaks of, if it is the caller's; 404 for what is not his, as for what does not exist. */
  async function ownUpload(id: string): Promise<{ upload: Upload; target: Target }> {
    const upload = await store.getUpload(id)
    const target = await targetOf(upload.metadata?.bucketName ?? '', upload.metadata?.objectName ?? '')
    const { owner } = await store.describe(id)
    if (owner !== ownerOf(target.caller)) throw noSuchUpload()
    return { upload, target: { ...target, operation: 'storage.tus.upload.part' } }
  }

  /** Uploads that are becoming objects: a client may ask for the offset meanwhile. */
  const finishing = new Map<string, Promise<void>>()

  /** Turns a complete upload into an object, once. */
  function finish(id: string): Promise<void> {
    const running = finishing.get(id) ?? makeObject(id).finally(() => finishing.delete(id))
    finishing.set(id, running)
    return running
  }

  async function makeObject(id: string): Promise<void> {
    const { upload, target } = await ownUpload(id)
    if (await parts.isCommitted(id)) return
    const description = describe(upload)
    await uploads.authorize(target, description, upload.size)
    await files.withVersion(async (version) => {
      await uploads.commit(target, description, await files.adopt(version, store.pathOf(id)))
    }, id)
    await store.removeBytes(id)
  }

  const server = new Server({
    path: RESUMABLE_PATH,
    datastore: store,
    relativeLocation: true,
    locker: new MemoryLocker({ acquireLockTimeout: 10_000 }),
    disableTerminationForFinishedUploads: true,
    allowedHeaders: ['apikey', 'x-upsert', 'x-signature', 'x-client-info', 'Upload-Expires'],
    exposedHeaders: ['Upload-Offset', 'Upload-Expires', 'Tus-Complete'],
    getFileIdFromRequest: (_request, last) => (last !== undefined && isVersion(last) ? last : undefined),
    generateUrl: (_request, { id }) => `${RESUMABLE_PATH}${current.getStore()?.kind === 'signature' ? '/sign' : ''}/${id}`,

    async namingFunction(_request, metadata) {
      const id = randomUUID()
      const target = await targetOf(metadata?.bucketName ?? '', metadata?.objectName ?? '')
      store.expect(id, ownerOf(target.caller), metadata ?? {})
      return id
    },

    async maxSize(_request, id) {
      if (id === null) return parts.fileSizeLimit
      const { metadata } = await store.describe(id)
      return uploads.limitOf(await buckets.settingsOf(metadata.bucketName ?? ''), metadata.objectName ?? '')
    },

    async onUploadCreate(_request, upload) {
      const target = await targetOf(upload.metadata?.bucketName ?? '', upload.metadata?.objectName ?? '')
      await uploads.authorize(target, describe(upload), upload.size)
      return {}
    },

    async onIncomingRequest(request, id) {
      if (request.method === 'POST') return
      const { upload } = await ownUpload(id)
      // All bytes are here, but the last answer said no, or never came: a client takes the offset alone for success.
      if (request.method === 'HEAD' && upload.size === upload.offset) await finish(id)
    },

    async onUploadFinish(_request, upload) {
      await finish(upload.id)
      return { headers: { 'Tus-Complete': '1' } }
    },

    onResponseError(_request, error) {
      if (error === ERRORS.ERR_LOCK_TIMEOUT)
        return asTusError(new StorageError(423, 'ResourceLocked', 'The upload is in use by another request'))
      if (!(error instanceof Error)) return asTusError(new StorageError(error.status_code, 'TusError', error.body.trim()))
      return asTusError(toStorageError(error))
    },
  })

  return {
    handle: (request, response, authority) =>
      current.run(authority, async () => {
        // The TUS server waits for ever to answer a client who has gone.
        const gone = new Promise<void>((resolve) => response.once('close', resolve))
        await Promise.race([server.handle(request, response), gone])
      }),
    removeExpired: () => server.cleanUpExpiredUploads(),
  }
}

const ownerOf = (caller: Claims) => caller.sub ?? caller.role

const asTusError = (error: StorageError) => ({ status_code: error.statusCode, body: JSON.stringify(error.body()) })

function describe(upload: Upload): Description {
  const { contentType, cacheControl, contentEncoding, metadata } = upload.metadata ?? {}
  return {
    mimetype: contentType || 'application/octet-stream',
    cacheControl: /^\d{1,10}$/.test(cacheControl ?? '') ? `max-age=${cacheControl}` : 'no-cache',
    contentEncoding: checkEncoding(contentEncoding ?? undefined),
    userMetadata: parseMetadata(metadata),
  }
}
