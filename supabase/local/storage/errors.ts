import type { ServerResponse } from 'node:http'
import postgres from 'postgres'
import { DatabaseUnavailable } from '../database/session.ts'
import { TokenError } from '../tokens.ts'

/** A refusal in storage-api's words: `code` is for programs, `message` for people, `error` what older clients match.
 *  `statusCode` is the true status; on the wire most of them travel with 400, as storage-api has it. */
export class StorageError extends Error {
  readonly statusCode: number
  readonly code: string
  readonly error: string
  constructor(statusCode: number, code: string, message: string, error: string = code, options?: ErrorOptions) {
    super(message, options)
    this.statusCode = statusCode
    this.code = code
    this.error = error
  }
  /** The status of the HTTP response. Sizes, ranges, overload and unknown routes keep theirs: proxies and clients act on them. */
  get httpStatus(): number {
    const isKept = this.statusCode >= 500 || [413, 416, 423, 429].includes(this.statusCode) || this.code === 'NotFound'
    return isKept ? this.statusCode : 400
  }
  body(): Record<string, string> {
    return { statusCode: String(this.statusCode), error: this.error, code: this.code, message: this.message }
  }
}

const refusal = (statusCode: number, code: string, message: string, error?: string) => () =>
  new StorageError(statusCode, code, message, error)

export const noSuchBucket = refusal(404, 'NoSuchBucket', 'Bucket not found', 'Bucket not found')
export const noSuchKey = refusal(404, 'NoSuchKey', 'Object not found', 'not_found')
export const noSuchUpload = refusal(404, 'NoSuchUpload', 'Upload not found')
export const tooLarge = refusal(413, 'EntityTooLarge', 'The object exceeded the maximum allowed size', 'Payload too large')
export const bodyTooLarge = refusal(413, 'EntityTooLarge', 'Request body is too large', 'Payload too large')
export const bucketNotEmpty = refusal(409, 'ResourceNotEmpty', 'The bucket you tried to delete is not empty')
export const alreadyExists = refusal(409, 'ResourceAlreadyExists', 'The resource already exists', 'Duplicate')
export const locked = refusal(423, 'ResourceLocked', 'The resource is locked')
export const slowDown = refusal(429, 'SlowDown', 'Too many uploads at once; try again in a moment', 'too_many_requests')
export const unavailable = refusal(503, 'DatabaseUnavailable', 'The database cannot be reached right now; try again in a moment')
export const internal = refusal(500, 'InternalError', 'Internal server error', 'Internal')
export const invalidRange = refusal(416, 'InvalidRange', 'invalid range provided', 'invalid_range')
export const invalidSignature = refusal(400, 'InvalidSignature', 'Invalid signature')
export const invalidRequest = (message: string) => new StorageError(400, 'InvalidRequest', message)
export const invalidKey = (key: string) => new StorageError(400, 'InvalidKey', `Invalid key: ${key.slice(0, 200)}`)
export const invalidBucketName = refusal(400, 'InvalidBucketName', 'Bucket name invalid', 'Invalid Input')
export const invalidMimeType = (type: string) =>
  new StorageError(415, 'InvalidMimeType', `mime type ${type.slice(0, 200)} is not supported`, 'invalid_mime_type')
export const invalidToken = (message: string) => new StorageError(400, 'InvalidJWT', message)
export const accessDenied = (message: string) => new StorageError(403, 'AccessDenied', message, 'Unauthorized')
export const notOffered = (what: string) => new StorageError(400, 'FeatureNotEnabled', `${what} is not offered by this platform`)

/** PostgreSQL's answers as refusals; what nobody foresaw stays what it is. */
export function fromDatabase(error: unknown): unknown {
  if (error instanceof StorageError) return error
  if (error instanceof DatabaseUnavailable) return unavailable()
  if (error instanceof postgres.PostgresError) {
    if (error.code === '42501') {
      const isPolicy = error.message.includes('row-level security')
      return accessDenied(isPolicy ? 'new row violates row-level security policy' : 'permission denied')
    }
    if (error.code === '23505') return alreadyExists()
    if (error.code === '23503') return error.message.includes('update or delete') ? bucketNotEmpty() : noSuchBucket()
    if (error.code === '55P03' || error.code === '40P01') return locked()
    if (error.code === '57014') return new StorageError(544, 'DatabaseTimeout', 'The database took too long to answer')
    if (error.code === '25006') return new StorageError(503, 'DatabaseReadOnly', 'The database is read-only right now')
    // Class 22: a value that PostgreSQL cannot hold, such as \u0000 in JSON.
    if (error.code.startsWith('22')) return new StorageError(400, 'InvalidParameter', 'A value is not valid')
    if (error.code.startsWith('PT')) return fromPolicy(error)
    if (/^(08|53|57P)/.test(error.code)) return unavailable()
    return error
  }
  return error
}

/** A trigger or a policy's function that speaks for itself: `raise sqlstate 'PT409' using message = …, detail = 'quota'`. */
function fromPolicy(error: postgres.PostgresError): StorageError {
  const status = Number(error.code.slice(2))
  const statusCode = status >= 400 && status < 600 ? status : 400
  return new StorageError(statusCode, error.detail || 'InvalidRequest', error.message)
}

/** What leaves the server for any error. Unknown ones are logged and say nothing. */
export function toStorageError(error: unknown): StorageError {
  const known = fromDatabase(error)
  if (known instanceof StorageError) return known
  if (known instanceof TokenError) return accessDenied(known.message)
  console.error('storage:', error)
  return internal()
}

export function sendError(response: ServerResponse, error: StorageError, headers: Record<string, string>): void {
  const body = JSON.stringify(error.body())
  response.writeHead(error.httpStatus, {
    ...headers,
    ...(error.statusCode === 429 || error.statusCode === 503 ? { 'retry-after': '1' } : {}),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
