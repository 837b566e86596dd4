import { en } from './en.ts'

/** What went wrong, in the three fields that every part of the platform gives: the HTTP status, a code that programs compare, and
 *  an English sentence. Status 0 is a server that was not reached. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  readonly code: string
  /** Set when the server said how long to wait. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

interface Refusal {
  status?: number | undefined
  code?: string | undefined
  message?: string | undefined
  details?: string | null | undefined
}

/** A service's refusal as one error.
 *  @param refusal what postgrest-js, auth-js or storage-js gave as `error`
 *  @param status the response's, where the error itself has none */
export function problemOf(refusal: Refusal, status = refusal.status ?? 0, retryAfterSeconds?: number): ProblemError {
  return new ProblemError(status, codeOf(refusal, status), refusal.message ?? '', retryAfterSeconds)
}

function codeOf(refusal: Refusal, status: number): string {
  // PostgREST passes SQL's `detail` on as `details`; with our PTxyz states it is the code.
  if (refusal.code?.startsWith('PT') && refusal.details) return refusal.details
  if (status === 429) return 'too_many_requests'
  if (status === 0 || status === 502 || status === 503 || status === 504) return 'offline'
  // auth-js names what happened; its status says less.
  if (refusal.code && /^[a-z_]+$/.test(refusal.code)) return /^(session|refresh_token)_/.test(refusal.code) ? 'session_ended' : refusal.code
  if (refusal.code === '42501' || status === 403) return 'forbidden'
  if (refusal.code === 'PGRST116' || status === 404 || status === 406) return 'not_found'
  if (refusal.code === '23505' || status === 409) return 'conflict'
  if (status === 401) return 'session_ended'
  return 'unknown'
}

const sentences: Record<string, string> = { ...en.errors }

/** Sentences of codes that only one area knows; its chunk brings them. */
export const addSentences = (ofArea: Record<string, string>): void => void Object.assign(sentences, ofArea)

/** A sentence for people about anything that was thrown. A server's own sentence is shown only where it was written for people. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return en.errors.unknown
  if (error.retryAfterSeconds) return en.errors.wait.replace('{{ when }}', inSeconds(error.retryAfterSeconds))
  const known = sentences[error.code]
  if (known) return known
  // A code that we have no words for came with a sentence from SQL; a bare status did not.
  return error.code !== 'unknown' && error.status >= 400 && error.status < 500 && error.message ? error.message : en.errors.unknown
}

function inSeconds(seconds: number): string {
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' })
  return seconds < 100 ? format.format(Math.ceil(seconds), 'second') : format.format(Math.ceil(seconds / 60), 'minute')
}

/** Whether the thing is gone or hidden: both look the same to whoever may not see it. */
export function isMissing(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 404 || error.status === 403 || error.status === 406)
}
