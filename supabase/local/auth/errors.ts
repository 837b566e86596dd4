import { DatabaseUnavailable } from '../database/session.ts'
import { TokenError } from '../tokens.ts'

/** Why a request is refused. Its status, code and sentence are GoTrue's wherever GoTrue has one. */
export class AuthError extends Error {
  readonly status: number
  readonly code: string
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined
  /** Why a password is weak: `length`, `pwned`. */
  readonly weakPasswordReasons: string[] | undefined
  constructor(
    status: number,
    code: string,
    message: string,
    { retryAfterSeconds, weakPasswordReasons }: { retryAfterSeconds?: number; weakPasswordReasons?: string[] } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
    this.weakPasswordReasons = weakPasswordReasons
  }
}

export const invalid = (message: string) => new AuthError(400, 'validation_failed', message)

/** What an error tells the client. A trigger on auth.users may refuse with a PTxyz state: its status,
 *  detail and message pass. */
export function publicError(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  if (error instanceof TokenError) return new AuthError(error.code === 'bad_jwt' ? 403 : 401, error.code, error.message)
  if (error instanceof DatabaseUnavailable)
    return new AuthError(503, 'database_unavailable', 'The database cannot be reached right now. Please try again in a moment.', {
      retryAfterSeconds: 1,
    })
  const { code, message, detail } = error as { code?: unknown; message?: unknown; detail?: unknown }
  const status = /^PT([45]\d\d)$/.exec(String(code))?.[1]
  if (status) return new AuthError(Number(status), typeof detail === 'string' ? detail : 'unexpected_failure', String(message))
  // Data or a constraint that a trigger ran into: the request's fault, though the details are the database's own business.
  if (/^2[23]...$/.test(String(code))) return new AuthError(422, 'validation_failed', 'The database does not accept what was sent')
  return new AuthError(500, 'unexpected_failure', 'Something went wrong on our side. Please try again.')
}
