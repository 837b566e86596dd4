import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Claims } from '../tokens.ts'
import type { Buckets } from './buckets.ts'
import { StorageError } from './errors.ts'
import type { Files } from './files.ts'
import type { Exchange } from './http.ts'
import type { Limiter } from './limiter.ts'
import type { Listing } from './listing.ts'
import { decodeName } from './names.ts'
import type { Objects } from './objects.ts'
import type { Resumable } from './resumable.ts'
import type { Revocation } from './revocation.ts'
import type { Signatures } from './signatures.ts'
import type { Uploads } from './uploads.ts'

/** What the routes are made of. */
export interface Parts {
  buckets: Buckets
  objects: Objects
  listing: Listing
  uploads: Uploads
  files: Files
  signatures: Signatures
  resumable: Resumable
  revocation: Revocation
  limiter: Limiter
  clock: () => number
}

type Handler = (exchange: Exchange) => Promise<void> | void
/** Methods, separated by spaces, and a path below /storage/v1; the first route that fits answers. */
export type Route = [methods: string, pattern: RegExp, handler: Handler]

const PREFIX = '/storage/v1'
const BUCKET = '(?<bucket>[^/]+)'

/** A path in which `:bucket` is a bucket and `:object` a bucket and the name of an object in it. */
export const at = (pattern: string) =>
  new RegExp(`^${pattern.replace(':bucket', BUCKET).replace(':object', `${BUCKET}/(?<name>.+)`)}$`, 's')

/** Hands a request to its route. */
export function createRouter(routes: Route[]): (request: IncomingMessage, response: ServerResponse, caller: () => Claims) => Promise<void> {
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
