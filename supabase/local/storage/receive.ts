import type { IncomingMessage } from 'node:http'
import { invalidRequest, StorageError, tooLarge } from './errors.ts'
import type { Files, StoredFile } from './files.ts'
import { IDLE_MS } from './http.ts'
import { readForm } from './multipart.ts'
import { checkMediaType, isFolderPlaceholder } from './names.ts'
import type { Revocation } from './revocation.ts'
import type { Description, Target, Uploads } from './uploads.ts'

const LARGEST_METADATA_BYTES = 1 << 20
/** A form is a little longer than its file. */
const FORM_OVERHEAD_BYTES = 3 << 20

interface Parts {
  files: Files
  uploads: Uploads
  revocation: Revocation
}

/** One body on its way to the disk. */
interface Reception {
  request: IncomingMessage
  target: Target
  version: string
  /** Bytes. */
  limit: number
  /** What the client says it will send, in bytes. */
  announced: number | undefined
}

interface Received {
  file: StoredFile
  description: Description
}

/** Takes the body of an upload, raw or as a form, to the disk and into the database; asks the policies before, after, and whenever rights change meanwhile. */
export async function receiveUpload(parts: Parts, request: IncomingMessage, target: Target): Promise<{ id: string }> {
  const { files, uploads } = parts
  const limit = uploads.limitOf(target.bucket, target.name)
  const isForm = /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
  const announced = announcedSize(request)
  if (announced !== undefined && announced > limit + (isForm ? FORM_OVERHEAD_BYTES : 0)) throw tooLarge()
  request.setTimeout(IDLE_MS, () => request.destroy())
  return files.withVersion(async (version) => {
    const reception = { request, target, version, limit, announced }
    const { file, description } = await (isForm ? receiveForm(parts, reception) : receiveRaw(parts, reception))
    request.setTimeout(0)
    return uploads.commit(target, description, file)
  })
}

async function receiveRaw(
  { files, uploads, revocation }: Parts,
  { request, target, version, limit, announced }: Reception,
): Promise<Received> {
  const description: Description = {
    mimetype: request.headers['content-type'] ?? 'application/octet-stream',
    cacheControl: headerValue(request.headers['cache-control']) ?? 'no-cache',
    contentEncoding: checkEncoding(request.headers['content-encoding']),
    userMetadata: decodeMetadata(request.headers['x-metadata']),
  }
  const body = revocation.pass(target.caller, () => uploads.authorize(target, description, announced), bodyOf(request))
  return { description, file: await files.write(version, body, limit) }
}

async function receiveForm(
  { files, uploads, revocation }: Parts,
  { request, target, version, limit, announced }: Reception,
): Promise<Received> {
  try {
    const form = await readForm(request, async (stream, mimetype, fields) => {
      const mayUpload = () => uploads.authorize(target, describe(fields, mimetype), announced)
      const body = revocation.pass(target.caller, mayUpload, stream as AsyncIterable<Buffer>)
      return { mimetype, stored: await files.write(version, body, limit) }
    })
    // Once more, with the fields that came after the file.
    const description = describe(form.fields, form.file.mimetype)
    checkMediaType(description.mimetype, isFolderPlaceholder(target.name) ? null : target.bucket.allowed_mime_types)
    return { description, file: form.file.stored }
  } catch (error) {
    await files.remove([version])
    throw error
  }
}

function describe(fields: Map<string, string>, mimetype: string): Description {
  const cacheControl = fields.get('cacheControl')
  return {
    mimetype: fields.get('contentType') || mimetype,
    cacheControl: cacheControl
      ? (headerValue(/^\d+$/.test(cacheControl) ? `max-age=${cacheControl}` : cacheControl) ?? 'no-cache')
      : 'no-cache',
    contentEncoding: checkEncoding(fields.get('contentEncoding')),
    userMetadata: parseMetadata(fields.get('metadata') ?? fields.get('userMetadata')),
  }
}

/** The body, or 400 when the client went away in the middle of it. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request as AsyncIterable<Buffer>
  } catch (error) {
    throw request.complete ? error : invalidRequest('The upload was cut off')
  }
}

function announcedSize(request: IncomingMessage): number | undefined {
  const length = request.headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** What may stand in a header later on; null for what may not. */
export function headerValue(value: string | undefined | null): string | null {
  return typeof value === 'string' && value.length <= 300 && /^[\x20-\x7e]+$/.test(value) ? value : null
}

export function checkEncoding(encoding: string | undefined): string | undefined {
  if (!encoding) return undefined
  if (!/^[a-z0-9-]+(, ?[a-z0-9-]+)*$/i.test(encoding) || encoding.length > 100) throw invalidRequest('The content encoding is not valid')
  return encoding
}

/** As a header the metadata is base64. Like storage-api, what is no JSON object counts as none. */
export function decodeMetadata(header: string | string[] | undefined): Record<string, unknown> | undefined {
  return typeof header === 'string' ? parseMetadata(Buffer.from(header, 'base64').toString()) : undefined
}

export function parseMetadata(text: string | null | undefined): Record<string, unknown> | undefined {
  if (!text) return undefined
  if (Buffer.byteLength(text) > LARGEST_METADATA_BYTES)
    throw new StorageError(413, 'EntityTooLarge', 'The user_metadata exceeded the maximum allowed size', 'Payload too large')
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
