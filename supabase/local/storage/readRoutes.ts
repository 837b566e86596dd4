import type { ServerResponse } from 'node:http'
import { type Claims, TokenError } from '../tokens.ts'
import { type Read, sendObject } from './download.ts'
import { noSuchBucket } from './errors.ts'
import { type Exchange, requiredToken, sendJson } from './http.ts'
import type { Objects } from './objects.ts'
import { at, type Parts, type Route } from './route.ts'

/** Downloads and descriptions: public, as somebody, by signature. */
export function readRoutes({ buckets, objects, files, signatures, revocation, clock }: Parts): Route[] {
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
  async function read(exchange: Exchange, caller: Claims | null, operation: string): Promise<Read> {
    const bucket = await buckets.settingsOf(exchange.bucket)
    if (!bucket.public && caller === null) throw noSuchBucket()
    const find = () =>
      objects.find(bucket.public ? null : caller, operation, exchange.bucket, exchange.name, exchange.query.get('versionId'))
    if (bucket.public || caller === null) return { find, access: { kind: 'public' } }
    return { find, access: { kind: 'authenticated' }, whenRefused: (stop) => revocation.watch(caller, find, stop) }
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
    ['GET HEAD', at(`/object/info/public/:object`), async (exchange) => info(exchange.response, await readPublic(exchange))],
    [
      'GET HEAD',
      at(`/object/info/(authenticated/)?:object`),
      async (exchange) => info(exchange.response, (await read(exchange, exchange.caller(), 'object.get_authenticated_info')).find),
    ],
    [
      'GET HEAD',
      at(`/object/public/:object`),
      async (exchange) => sendObject(files, { find: await readPublic(exchange), access: { kind: 'public' } }, exchange),
    ],
    [
      'GET HEAD',
      at(`/object/sign/:object`),
      async (exchange) => {
        const { bucket, name } = exchange
        const { signer, exp } = signatures.verify(requiredToken(exchange), 'download', bucket, name)
        // Whoever signed must still be allowed to: a link does not outlive its maker's right.
        const find = () => objects.find(signer as Claims, 'storage.object.sign', bucket, name)
        const access = { kind: 'signed' as const, secondsLeft: Math.max(0, exp - Math.floor(clock() / 1000)) }
        const whenRefused = (stop: () => void) => revocation.watch(signer as Claims, find, stop)
        await sendObject(files, { find, access, whenRefused }, exchange)
      },
    ],
    [
      'GET HEAD',
      at(`/object/authenticated/:object`),
      async (exchange) => {
        await sendObject(files, await read(exchange, exchange.caller(), 'storage.object.get_authenticated'), exchange)
      },
    ],
    [
      'GET HEAD',
      at(`/object/:object`),
      async (exchange) => {
        await sendObject(files, await read(exchange, callerOrNobody(exchange.caller), 'storage.object.get_authenticated'), exchange)
      },
    ],
  ]
}
