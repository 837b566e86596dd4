import type { IncomingMessage } from 'node:http'
import type { Claims } from '../tokens.ts'
import { invalidRequest } from './errors.ts'
import { type Exchange, requiredToken, sendJson } from './http.ts'
import { checkObjectName } from './names.ts'
import { receiveUpload } from './receive.ts'
import type { Authority } from './resumable.ts'
import { at, type Parts, type Route } from './route.ts'
import type { Target } from './uploads.ts'

const SIGNED_UPLOAD_SECONDS = 7200
const UNKNOWN_FILE = { mimetype: 'application/octet-stream', cacheControl: 'no-cache' }

/** Uploads: raw or as a form, signed, resumable. */
export function uploadRoutes(parts: Parts): Route[] {
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
      at(`/object/upload/sign/:object`),
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
      at(`/object/upload/sign/:object`),
      (exchange) => {
        const { signer, upsert } = signatures.verify(requiredToken(exchange), 'upload', exchange.bucket, exchange.name)
        return upload(exchange, { caller: signer as Claims, upsert: upsert === true, operation: 'storage.object.sign_upload_url' })
      },
    ],
    [
      'POST',
      at(`/object/(?!(sign|list|list-v2|info|public|authenticated)/):object`),
      (exchange) =>
        upload(exchange, { caller: exchange.caller(), upsert: wantsUpsert(exchange.request), operation: 'storage.object.upload' }),
    ],
    [
      'PUT',
      at(`/object/:object`),
      (exchange) => upload(exchange, { caller: exchange.caller(), upsert: true, operation: 'storage.object.upload_update' }),
    ],
  ]
}
