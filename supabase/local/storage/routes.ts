import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Claims, TokenError } from '../tokens.ts'
import { type Buckets, bucketQuery, changedBucket, newBucket } from './buckets.ts'
import { sendObject } from './download.ts'
import { invalidRequest, noSuchBucket, notOffered, StorageError } from './errors.ts'
import type { Files } from './files.ts'
import { check, type Exchange, readJson, sendJson } from './http.ts'
import type { Limiter } from './limiter.ts'
import { type Listing, listBody, listV2Body } from './listing.ts'
import { checkObjectName, decodeName } from './names.ts'
import { copyBody, moveBody, type Objects, removeBody } from './objects.ts'
import { decodeMetadata, receiveUpload } from './receive.ts'
import type { Authority, Resumable } from './resumable.ts'
import type { Signatures } from './signatures.ts'
import type { Target, Uploads } from './uploads.ts'

interface Parts {
  buckets: Buckets
  objects: Objects
  listing: Listing
  uploads: Uploads
  files: Files
  signatures: Signatures
  resumable: Resumable
  limiter: Limiter
  clock: () => number
}

type Handler = (exchange: Exchange) => Promise<void> | void
/** Tells requests to the routes by method and path; the first that fits answers. */
type Route = [methods: string, pattern: RegExp, handler: Handler]

const PREFIX = '/storage/v1'
const SIGNED_UPLOAD_SECONDS = 7200
const LONGEST_SIGNATURE_SECONDS = 10 * 365 * 86_400

const expiresIn = z.number().int().min(1).max(LONGEST_SIGNATURE_SECONDS)
const signBody = z.object({ expiresIn, transform: z.record(z.string(), z.unknown()).nullish(), versionId: z.string().nullish() })
const signManyBody = z.object({ expiresIn, paths: z.array(z.string()).min(1).max(1000) })

/** Everything under /storage/v1, in storage-api's words. */
export function createRoutes(parts: Parts): (request: IncomingMessage, response: ServerResponse, caller: () => Claims) => Promise<void> {
  const routes: Route[] = [...bucketRoutes(parts), ...uploadRoutes(parts), ...readRoutes(parts), ...objectRoutes(parts)]

  return async function route(request, response, caller) {
    // Not through URL, which would resolve `..` before anybody could refuse it.
    const [path = '', search = ''] = (request.url ?? '').slice(PREFIX.length).split(/\?(.*)/s)
    const method = request.method ?? 'GET'
    for (const [methods, pattern, handler] of routes) {
      const found = pattern.exec(path)
      if (!found || !methods.split(' ').includes(method)) continue
      const { bucket = '', name = '' } = found.groups ?? {}
      const query = new URLSearchParams(search)
      await handler({ request, response, method, bucket: decodeName(bucket), name: decodeName(name), query, caller })
      return
    }
    throw new StorageError(404, 'NotFound', `Route ${method}:${path.slice(0, 200)} not found`, 'Not Found')
  }
}

const BUCKET = '(?<bucket>[^/]+)'
const OBJECT = `${BUCKET}/(?<name>.+)`
const at = (pattern: string) => new RegExp(`^${pattern}$`, 's')

function bucketRoutes({ buckets }: Parts): Route[] {
  return [
    ['GET HEAD', at('/status'), ({ response }) => sendJson(response, { healthy: true })],
    [
      'GET',
      at('/bucket/?'),
      async ({ response, caller, query }) =>
        sendJson(response, await buckets.list(caller(), check(Object.fromEntries(query), bucketQuery, 'querystring'))),
    ],
    [
      'POST',
      at('/bucket/?'),
      async ({ request, response, caller }) => sendJson(response, await buckets.create(caller(), await readJson(request, newBucket))),
    ],
    ['GET', at(`/bucket/${BUCKET}`), async ({ response, caller, bucket }) => sendJson(response, await buckets.get(caller(), bucket))],
    [
      'PUT',
      at(`/bucket/${BUCKET}`),
      async ({ request, response, caller, bucket }) => {
        await buckets.update(caller(), bucket, await readJson(request, changedBucket))
        sendJson(response, { message: 'Successfully updated' })
      },
    ],
    [
      'POST',
      at(`/bucket/${BUCKET}/empty`),
      async ({ response, caller, bucket }) => {
        await buckets.empty(caller(), bucket)
        sendJson(response, { message: 'Successfully emptied' })
      },
    ],
    [
      'DELETE',
      at(`/bucket/${BUCKET}`),
      async ({ response, caller, bucket }) => {
        await buckets.remove(caller(), bucket)
        sendJson(response, { message: 'Successfully deleted' })
      },
    ],
    ['GET PUT DELETE', at(`/bucket/${BUCKET}/lifecycle`), () => Promise.reject(notOffered('Versioning of objects'))],
    ['GET HEAD POST', at('/render/image/.*'), () => Promise.reject(notOffered('Image transformation'))],
    ['DELETE', at('/cdn/.*'), () => Promise.reject(notOffered('A CDN cache'))],
  ]
}

function uploadRoutes(parts: Parts): Route[] {
  const { buckets, uploads, signatures, resumable, limiter } = parts
  const wantsUpsert = (request: IncomingMessage) => request.headers['x-upsert'] === 'true'

  async function upload({ request, response, bucket, name }: Exchange, target: Omit<Target, 'bucket' | 'name'>): Promise<void> {
    checkObjectName(name)
    await limiter.run(target.caller.sub ?? target.caller.role, async () => {
      const { id } = await receiveUpload(parts, request, { ...target, bucket: await buckets.settingsOf(bucket), name })
      sendJson(response, { Id: id, Key: `${bucket}/${name}` })
    })
  }

  const resume = ({ request, response }: Exchange, authority: Authority, key: string) =>
    limiter.run(key, () => resumable.handle(request, response, authority))

  return [
    [
      'POST HEAD PATCH DELETE OPTIONS',
      at('/upload/resumable/sign(/[^/]*)?'),
      (exchange) => {
        const token = exchange.request.headers['x-signature']
        if (exchange.method !== 'OPTIONS' && typeof token !== 'string') throw invalidRequest('Missing x-signature header')
        return resume(exchange, { kind: 'signature', token: String(token) }, 'signed')
      },
    ],
    [
      'POST HEAD PATCH DELETE OPTIONS',
      at('/upload/resumable(/[^/]*)?'),
      (exchange) => {
        const caller = exchange.method === 'OPTIONS' ? { role: 'anon' } : exchange.caller()
        return resume(exchange, { kind: 'caller', caller, upsert: wantsUpsert(exchange.request) }, caller.sub ?? caller.role)
      },
    ],
    [
      'POST',
      at(`/object/upload/sign/${OBJECT}`),
      async ({ request, response, caller, bucket, name }) => {
        const signer = caller()
        const upsert = wantsUpsert(request)
        const target = {
          bucket: await buckets.settingsOf(bucket),
          name,
          upsert,
          caller: signer,
          operation: 'storage.object.sign_upload_url',
        }
        // The type is known only when the bytes come: it is checked then.
        await uploads.authorize({ ...target, bucket: { ...target.bucket, allowed_mime_types: null } }, UNKNOWN_FILE, undefined)
        const token = signatures.sign({ purpose: 'upload', bucket, name, upsert }, signer, SIGNED_UPLOAD_SECONDS)
        sendJson(response, { url: `/object/upload/sign/${bucket}/${name}?token=${token}`, token })
      },
    ],
    [
      'PUT',
      at(`/object/upload/sign/${OBJECT}`),
      (exchange) => {
        const { signer, upsert } = signatures.verify(requiredToken(exchange), 'upload', exchange.bucket, exchange.name)
        return upload(exchange, { caller: signer as Claims, upsert: upsert === true, operation: 'storage.object.sign_upload_url' })
      },
    ],
    [
      'POST',
      at(`/object/(?!(sign|list|list-v2|info|public|authenticated)/)${OBJECT}`),
      (exchange) =>
        upload(exchange, { caller: exchange.caller(), upsert: wantsUpsert(exchange.request), operation: 'storage.object.upload' }),
    ],
    [
      'PUT',
      at(`/object/${OBJECT}`),
      (exchange) => upload(exchange, { caller: exchange.caller(), upsert: true, operation: 'storage.object.upload_update' }),
    ],
  ]
}

const UNKNOWN_FILE = { mimetype: 'application/octet-stream', cacheControl: 'no-cache' }

function requiredToken({ query }: Exchange): string {
  const token = query.get('token')
  if (!token) throw invalidRequest("querystring must have required property 'token'")
  return token
}

function readRoutes({ buckets, objects, files, signatures, clock }: Parts): Route[] {
  /** A wrong token is nobody's: it opens what is public, and nothing else. */
  function callerOrNobody(caller: () => Claims): Claims | null {
    try {
      return caller()
    } catch (error) {
      if (error instanceof TokenError) return null
      throw error
    }
  }

  /** As the caller; what is in a public bucket is everybody's. */
  async function read(exchange: Exchange, caller: Claims | null, operation: string) {
    const bucket = await buckets.settingsOf(exchange.bucket)
    if (!bucket.public && caller === null) throw noSuchBucket()
    const find = () =>
      objects.find(bucket.public ? null : caller, operation, exchange.bucket, exchange.name, exchange.query.get('versionId'))
    return { find, access: { kind: bucket.public ? ('public' as const) : ('authenticated' as const) } }
  }

  async function readPublic(exchange: Exchange) {
    if (!(await buckets.settingsOf(exchange.bucket)).public) throw noSuchBucket()
    return () => objects.find(null, '', exchange.bucket, exchange.name, exchange.query.get('versionId'))
  }

  async function info(response: ServerResponse, find: () => ReturnType<Objects['find']>): Promise<void> {
    const object = await find()
    const { metadata } = object
    sendJson(response, {
      id: object.id,
      name: object.name,
      version: object.version,
      bucket_id: object.bucket_id,
      size: metadata?.size ?? null,
      content_type: metadata?.mimetype ?? null,
      content_encoding: metadata?.contentEncoding ?? null,
      cache_control: metadata?.cacheControl ?? null,
      etag: metadata?.eTag ?? null,
      metadata: object.user_metadata,
      last_modified: object.updated_at,
      created_at: object.created_at,
    })
  }

  return [
    ['GET HEAD', at(`/object/info/public/${OBJECT}`), async (exchange) => info(exchange.response, await readPublic(exchange))],
    [
      'GET HEAD',
      at(`/object/info/(authenticated/)?${OBJECT}`),
      async (exchange) => info(exchange.response, (await read(exchange, exchange.caller(), 'object.get_authenticated_info')).find),
    ],
    [
      'GET HEAD',
      at(`/object/public/${OBJECT}`),
      async (exchange) => sendObject(files, await readPublic(exchange), { kind: 'public' }, exchange),
    ],
    [
      'GET HEAD',
      at(`/object/sign/${OBJECT}`),
      async (exchange) => {
        const { bucket, name } = exchange
        const { signer, exp } = signatures.verify(requiredToken(exchange), 'download', bucket, name)
        // Whoever signed must still be allowed to: a link does not outlive its maker's right.
        const find = () => objects.find(signer as Claims, 'storage.object.sign', bucket, name)
        await sendObject(files, find, { kind: 'signed', secondsLeft: Math.max(0, exp - Math.floor(clock() / 1000)) }, exchange)
      },
    ],
    [
      'GET HEAD',
      at(`/object/authenticated/${OBJECT}`),
      async (exchange) => {
        const { find, access } = await read(exchange, exchange.caller(), 'storage.object.get_authenticated')
        await sendObject(files, find, access, exchange)
      },
    ],
    [
      'GET HEAD',
      at(`/object/${OBJECT}`),
      async (exchange) => {
        const { find, access } = await read(exchange, callerOrNobody(exchange.caller), 'storage.object.get_authenticated')
        await sendObject(files, find, access, exchange)
      },
    ],
  ]
}

function objectRoutes({ objects, listing, signatures }: Parts): Route[] {
  const signedUrl = (bucket: string, name: string, caller: Claims, seconds: number) =>
    `/object/sign/${bucket}/${name}?token=${signatures.sign({ purpose: 'download', bucket, name }, caller, seconds)}`

  return [
    [
      'POST',
      at(`/object/list/${BUCKET}`),
      async ({ request, response, caller, bucket }) =>
        sendJson(response, await listing.list(caller(), bucket, await readJson(request, listBody))),
    ],
    [
      'POST',
      at(`/object/list-v2/${BUCKET}`),
      async ({ request, response, caller, bucket }) =>
        sendJson(response, await listing.listV2(caller(), bucket, await readJson(request, listV2Body))),
    ],
    [
      'POST',
      at('/object/move'),
      async ({ request, response, caller }) => sendJson(response, await objects.move(caller(), await readJson(request, moveBody))),
    ],
    [
      'POST',
      at('/object/copy'),
      async ({ request, response, caller }) => {
        const options = { upsert: request.headers['x-upsert'] === 'true', userMetadata: decodeMetadata(request.headers['x-metadata']) }
        sendJson(response, await objects.copy(caller(), await readJson(request, copyBody), options))
      },
    ],
    [
      'POST',
      at(`/object/sign/${OBJECT}`),
      async ({ request, response, caller, bucket, name }) => {
        const signer = caller()
        const body = await readJson(request, signBody)
        if (body.transform && Object.keys(body.transform).length > 0) throw notOffered('Image transformation')
        await objects.find(signer, 'storage.object.sign', bucket, name, body.versionId)
        sendJson(response, { signedURL: signedUrl(bucket, name, signer, body.expiresIn) })
      },
    ],
    [
      'POST',
      at(`/object/sign/${BUCKET}`),
      async ({ request, response, caller, bucket }) => {
        const signer = caller()
        const { expiresIn: seconds, paths } = await readJson(request, signManyBody)
        const visible = await objects.visible(signer, 'storage.object.sign', bucket, paths)
        const missing = 'Either the object does not exist or you do not have access to it'
        sendJson(
          response,
          paths.map((path) =>
            visible.has(path)
              ? { error: null, path, signedURL: signedUrl(bucket, path, signer, seconds) }
              : { error: missing, path, signedURL: null },
          ),
        )
      },
    ],
    [
      'DELETE',
      at(`/object/${OBJECT}`),
      async ({ response, caller, bucket, name }) => {
        await objects.remove(caller(), bucket, name)
        sendJson(response, { message: 'Successfully deleted' })
      },
    ],
    [
      'DELETE',
      at(`/object/${BUCKET}`),
      async ({ request, response, caller, bucket }) => {
        const { prefixes } = await readJson(request, removeBody)
        sendJson(response, await objects.removeMany(caller(), bucket, prefixes))
      },
    ],
  ]
}
