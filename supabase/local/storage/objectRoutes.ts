import { z } from 'zod'
import type { Claims } from '../tokens.ts'
import { notOffered } from './errors.ts'
import { readJson, sendJson } from './http.ts'
import { listBody, listV2Body } from './listing.ts'
import { copyBody, moveBody, removeBody } from './objects.ts'
import { decodeMetadata } from './receive.ts'
import { at, type Parts, type Route } from './route.ts'

const LONGEST_SIGNATURE_SECONDS = 10 * 365 * 86_400

const expiresIn = z.number().int().min(1).max(LONGEST_SIGNATURE_SECONDS)
const signBody = z.object({ expiresIn, transform: z.record(z.string(), z.unknown()).nullish(), versionId: z.string().nullish() })
const signManyBody = z.object({ expiresIn, paths: z.array(z.string()).min(1).max(1000) })

/** What is done with objects that are there: list, move, copy, sign, remove. */
export function objectRoutes({ objects, listing, signatures }: Parts): Route[] {
  const signedUrl = (bucket: string, name: string, caller: Claims, seconds: number) =>
    `/object/sign/${bucket}/${name}?token=${signatures.sign({ purpose: 'download', bucket, name }, caller, seconds)}`

  return [
    [
      'POST',
      at(`/object/list/:bucket`),
      async ({ request, response, caller, bucket }) =>
        sendJson(response, await listing.list(caller(), bucket, await readJson(request, listBody))),
    ],
    [
      'POST',
      at(`/object/list-v2/:bucket`),
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
      at(`/object/sign/:object`),
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
      at(`/object/sign/:bucket`),
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
      at(`/object/:object`),
      async ({ response, caller, bucket, name }) => {
        await objects.remove(caller(), bucket, name)
        sendJson(response, { message: 'Successfully deleted' })
      },
    ],
    [
      'DELETE',
      at(`/object/:bucket`),
      async ({ request, response, caller, bucket }) => {
        const { prefixes } = await readJson(request, removeBody)
        sendJson(response, await objects.removeMany(caller(), bucket, prefixes))
      },
    ],
  ]
}
