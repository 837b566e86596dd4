import { bucketQuery, changedBucket, newBucket } from './buckets.ts'
import { notOffered } from './errors.ts'
import { check, readJson, sendJson } from './http.ts'
import { at, type Parts, type Route } from './route.ts'

/** Buckets, and what storage-api has and this platform has not. */
export function bucketRoutes({ buckets }: Parts): Route[] {
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
    ['GET', at(`/bucket/:bucket`), async ({ response, caller, bucket }) => sendJson(response, await buckets.get(caller(), bucket))],
    [
      'PUT',
      at(`/bucket/:bucket`),
      async ({ request, response, caller, bucket }) => {
        await buckets.update(caller(), bucket, await readJson(request, changedBucket))
        sendJson(response, { message: 'Successfully updated' })
      },
    ],
    [
      'POST',
      at(`/bucket/:bucket/empty`),
      async ({ response, caller, bucket }) => {
        await buckets.empty(caller(), bucket)
        sendJson(response, { message: 'Successfully emptied' })
      },
    ],
    [
      'DELETE',
      at(`/bucket/:bucket`),
      async ({ response, caller, bucket }) => {
        await buckets.remove(caller(), bucket)
        sendJson(response, { message: 'Successfully deleted' })
      },
    ],
    ['GET PUT DELETE', at(`/bucket/:bucket/lifecycle`), () => Promise.reject(notOffered('Versioning of objects'))],
    ['GET HEAD POST', at('/render/image/.*'), () => Promise.reject(notOffered('Image transformation'))],
    ['DELETE', at('/cdn/.*'), () => Promise.reject(notOffered('A CDN cache'))],
  ]
}
