import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Auth } from './context.ts'
import type { Sql } from './database.ts'
import { AuthError } from './errors.ts'
import { digest } from './sessions.ts'

export type TokenType =
  | 'confirmation_token'
  | 'recovery_token'
  | 'email_change_token_new'
  | 'email_change_token_current'
  | 'reauthentication_token'

export interface IssuedToken {
  /** For the link. */
  token: string
  /** For typing in. */
  code: string
}

export interface StoredToken {
  id: string
  user_id: string
  token_type: TokenType
  flow_state_id: string | null
}

/** Wrong codes after which the right one is refused too. */
const MAXIMUM_TRIES = 5
const PKCE_PREFIX = 'pkce_'

const codeHash = (tokenId: string, code: string) => createHash('sha256').update(`${tokenId}:${code}`).digest('base64url')

export interface TokenRequest {
  userId: string
  type: TokenType
  /** Where it will be sent. */
  email: string
  flowId?: string | null
}

/** Makes a link token and a code in place of the user's earlier ones of this kind. Only their hashes are stored. */
export async function issueToken(auth: Auth, sql: Sql, { userId, type, email, flowId = null }: TokenRequest): Promise<IssuedToken> {
  const { otpLength, otpExpirySeconds } = auth.settings
  const id = crypto.randomUUID()
  const at = auth.now()
  const token = (flowId ? PKCE_PREFIX : '') + randomBytes(32).toString('base64url')
  const code = String(randomInt(10 ** otpLength)).padStart(otpLength, '0')
  await sql`
    insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at, code_hash, expires_at, flow_state_id)
    values (${id}, ${userId}, ${type}, ${digest(token)}, ${email}, ${at}::timestamptz at time zone 'utc', ${at}::timestamptz at time zone 'utc',
      ${codeHash(id, code)}, ${new Date(at.getTime() + otpExpirySeconds * 1000)}, ${flowId})
    on conflict (user_id, token_type) do update set id = excluded.id, token_hash = excluded.token_hash, relates_to = excluded.relates_to,
      created_at = excluded.created_at, updated_at = excluded.updated_at, code_hash = excluded.code_hash, tries = 0,
      expires_at = excluded.expires_at, flow_state_id = excluded.flow_state_id`
  return { token, code }
}

/** Takes the token of a link: it works once. Throws a 403 `otp_expired`. */
export async function takeByLink(auth: Auth, sql: Sql, token: string, types: TokenType[]): Promise<StoredToken> {
  const [taken] = await sql<StoredToken[]>`
    delete from auth.one_time_tokens
    where token_hash = ${digest(token)} and token_type = any(${types}::auth.one_time_token_type[]) and expires_at > ${auth.now()}
    returning id, user_id, token_type, flow_state_id`
  if (!taken) throw new AuthError(403, 'otp_expired', 'Email link is invalid or has expired')
  return taken
}

/** Finds the token that a code belongs to, and counts the try before it compares, so that nobody guesses in parallel.
 *  Take it with `take`. Throws a 403 `otp_expired`, also for a mailbox nobody has. */
export async function findByCode(auth: Auth, email: string, code: string, types: TokenType[]): Promise<StoredToken> {
  const candidates = await auth.sql<(StoredToken & { code_hash: string })[]>`
    update auth.one_time_tokens set tries = tries + 1
    where relates_to = ${email} and token_type = any(${types}::auth.one_time_token_type[])
      and tries < ${MAXIMUM_TRIES} and expires_at > ${auth.now()}
    returning id, user_id, token_type, flow_state_id, code_hash`
  const found = candidates.find((candidate) => candidate.code_hash === codeHash(candidate.id, code))
  if (!found) throw wrongCode()
  return found
}

/** Uses a token up. Throws when somebody was faster. */
export async function take(sql: Sql, { id }: StoredToken): Promise<void> {
  const taken = await sql`delete from auth.one_time_tokens where id = ${id} returning 1`
  if (taken.length === 0) throw wrongCode()
}

const wrongCode = () => new AuthError(403, 'otp_expired', 'Token has expired or is invalid')
