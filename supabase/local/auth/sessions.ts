import { createHash, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { Auth } from './context.ts'
import type { Sql } from './database.ts'
import { AuthError } from './errors.ts'
import type { AuthRequest } from './http.ts'
import { isBanned, reload, type User, userBody, userById } from './users.ts'

/** How somebody proved who he is, in the words of GoTrue's `amr` claim. */
export type Method =
  | 'password'
  | 'otp'
  | 'recovery'
  | 'anonymous'
  | 'invite'
  | 'magiclink'
  | 'email/signup'
  | 'email_change'
  | 'oauth'
  | SecondMethod

/** Those that make a session one of two factors. */
export type SecondMethod = 'totp' | 'mfa/recovery_code'

export interface Session {
  id: string
  user_id: string
  created_at: Date
  /** When it ends unless it is refreshed, which caller() in SQL asks too; an administrator may set it. */
  not_after: Date | null
  updated_at: Date
  aal: string
}

/** SHA-256, for secrets too long to be guessed. */
export const digest = (secret: string) => digestBytes(secret).toString('base64url')
export const digestBytes = (secret: string) => createHash('sha256').update(secret).digest()

/** Signs a user in and answers as GoTrue's token endpoint. */
export async function startSession(auth: Auth, sql: Sql, user: User, method: Method, request: AuthRequest): Promise<SessionBody> {
  const at = auth.now()
  if (isBanned(user, at)) throw banned()
  const session: Session = { id: crypto.randomUUID(), user_id: user.id, created_at: at, updated_at: at, not_after: null, aal: 'aal1' }
  session.not_after = endOf(auth, session)
  await sql`
    insert into auth.sessions (id, user_id, created_at, updated_at, not_after, aal, user_agent, ip)
    values (${session.id}, ${user.id}, ${at}, ${at}, ${session.not_after}, 'aal1', ${userAgent(request)}, ${addressOf(request)})`
  await sql`
    insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    values (${crypto.randomUUID()}, ${session.id}, ${at}, ${at}, ${method})`
  await sql`update auth.users set last_sign_in_at = ${at}, updated_at = ${at} where id = ${user.id}`
  await sql`update auth.identities set last_sign_in_at = ${at}, updated_at = ${at} where user_id = ${user.id} and provider = 'email'`
  const refreshToken = await addRefreshToken(sql, session, null, at)
  return sessionBody(auth, sql, await reload(sql, user.id), session, refreshToken)
}

const addressOf = ({ address }: AuthRequest) => (isIP(address) ? address : null)
const userAgent = (request: AuthRequest) => String(request.headers['user-agent'] ?? '').slice(0, 500)

async function addRefreshToken(sql: Sql, session: Session, parent: string | null, at: Date): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await sql`
    insert into auth.refresh_tokens (instance_id, token, user_id, session_id, revoked, parent, created_at, updated_at)
    values ('00000000-0000-0000-0000-000000000000', ${digest(token)}, ${session.user_id}, ${session.id}, false, ${parent}, ${at}, ${at})`
  return token
}

export interface SessionBody {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  expires_at: number
  refresh_token: string
  user: Record<string, unknown>
}

async function sessionBody(auth: Auth, sql: Sql, user: User, session: Session, refreshToken: string): Promise<SessionBody> {
  const methods = await sql<{ method: string; at: Date }[]>`
    select authentication_method as method, updated_at as at from auth.mfa_amr_claims where session_id = ${session.id} order by updated_at desc`
  const issuedAt = Math.floor(auth.now().getTime() / 1000)
  const left = session.not_after ? Math.max(1, Math.floor(session.not_after.getTime() / 1000) - issuedAt) : Number.POSITIVE_INFINITY
  const expiresIn = Math.min(auth.settings.jwtExpirySeconds, left)
  const accessToken = auth.tokens.sign({
    iss: auth.externalUrl,
    sub: user.id,
    aud: user.aud,
    exp: issuedAt + expiresIn,
    iat: issuedAt,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role,
    aal: session.aal,
    amr: methods.map(({ method, at }) => ({ method, timestamp: Math.floor(at.getTime() / 1000) })),
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  })
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: expiresIn,
    expires_at: issuedAt + expiresIn,
    refresh_token: refreshToken,
    user: userBody(user),
  }
}

/** Exchanges a refresh token. One that was exchanged before answers a little longer, for tabs that ask at once; after that it was
 *  stolen, by whoever comes now or by whoever came first, and the session ends. */
export async function refreshSession(auth: Auth, refreshToken: string, request: AuthRequest): Promise<SessionBody> {
  const result = await auth.sql.begin(async (sql) => {
    const at = auth.now()
    const hash = digest(refreshToken)
    // The session's row is the lock: exchanges of one session come one after another.
    const [session] = await sql<Session[]>`
      select s.* from auth.sessions s join auth.refresh_tokens t on t.session_id = s.id where t.token = ${hash} for update of s`
    if (!session) return refused('refresh_token_not_found', 'Refresh Token Not Found')
    const [token] = await sql<{ revoked: boolean; updated_at: Date }[]>`
      select revoked, updated_at from auth.refresh_tokens where token = ${hash}`
    const user = await userById(sql, session.user_id)
    if (!token || !user) return refused('refresh_token_not_found', 'Refresh Token Not Found')
    if (isBanned(user, at)) return refused('user_banned', 'User Banned')
    if (hasEnded(auth, session, at)) return refused('session_expired', 'Session Expired')
    if (token.revoked && at.getTime() > token.updated_at.getTime() + auth.settings.refreshTokenReuseSeconds * 1000) {
      await sql`delete from auth.sessions where id = ${session.id}`
      return refused('refresh_token_already_used', 'Already Used')
    }
    if (!token.revoked) await sql`update auth.refresh_tokens set revoked = true, updated_at = ${at} where token = ${hash}`
    const next = await addRefreshToken(sql, session, hash, at)
    const refreshed = { ...session, updated_at: at }
    refreshed.not_after = endOf(auth, refreshed)
    await sql`
      update auth.sessions set refreshed_at = ${at}::timestamptz at time zone 'utc', updated_at = ${at},
        not_after = ${refreshed.not_after}, user_agent = ${userAgent(request)}, ip = ${addressOf(request)}
      where id = ${session.id}`
    return sessionBody(auth, sql, user, refreshed, next)
  })
  // Thrown here and not in the transaction, which would take the end of a stolen session back.
  if (result instanceof AuthError) throw result
  return result
}

/** Makes a session one of two factors and answers with its new tokens. Its refresh tokens from before are void: whoever holds one
 *  has shown one factor. So are the user's sessions with a password only, as at GoTrue. */
export async function raiseSession(
  auth: Auth,
  sql: Sql,
  session: Session,
  { method, factorId }: { method: SecondMethod; factorId: string },
): Promise<SessionBody> {
  const at = auth.now()
  const not_after = endOf(auth, { ...session, updated_at: at })
  const [raised] = await sql<Session[]>`
    update auth.sessions set aal = 'aal2', factor_id = ${factorId}, updated_at = ${at}, not_after = ${not_after} where id = ${session.id} returning *`
  if (!raised) throw sessionEnded()
  await sql`
    insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    values (${crypto.randomUUID()}, ${session.id}, ${at}, ${at}, ${method})
    on conflict (session_id, authentication_method) do update set updated_at = excluded.updated_at`
  await sql`delete from auth.refresh_tokens where session_id = ${session.id}`
  await sql`delete from auth.sessions where user_id = ${session.user_id} and (aal is null or aal < 'aal2')`
  return sessionBody(auth, sql, await reload(sql, session.user_id), raised, await addRefreshToken(sql, raised, null, at))
}

/** Makes the sessions that were raised by a factor ones of a password only. */
export async function lowerSessions(sql: Sql, factorIds: string[]): Promise<void> {
  await sql`
    delete from auth.mfa_amr_claims using auth.sessions
    where sessions.id = session_id and sessions.factor_id = any(${factorIds}) and authentication_method in ('totp', 'mfa/recovery_code')`
  await sql`update auth.sessions set aal = 'aal1', factor_id = null where factor_id = any(${factorIds})`
}

const refused = (code: string, reason: string) => new AuthError(400, code, `Invalid Refresh Token: ${reason}`)
const sessionEnded = () => new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist')
export const banned = () => new AuthError(403, 'user_banned', 'User is banned')

/** When a session ends unless it is refreshed. Without a policy that is what an administrator may have set. */
function endOf({ settings }: Auth, { created_at, updated_at, not_after }: Session): Date | null {
  const { sessionSeconds, sessionIdleSeconds } = settings
  const after = (since: Date, seconds: number | null) => (seconds === null ? Number.POSITIVE_INFINITY : since.getTime() + seconds * 1000)
  const end = Math.min(after(created_at, sessionSeconds), after(updated_at, sessionIdleSeconds))
  return Number.isFinite(end) ? new Date(end) : not_after
}

/** Whether a session has run out, though its row is still there. */
export function hasEnded(auth: Auth, session: Session, at: Date): boolean {
  const { sessionSeconds, sessionIdleSeconds } = auth.settings
  const olderThan = (since: Date, seconds: number | null) => seconds !== null && at.getTime() > since.getTime() + seconds * 1000
  if (session.not_after && session.not_after <= at) return true
  return olderThan(session.created_at, sessionSeconds) || olderThan(session.updated_at, sessionIdleSeconds)
}

/** Who asks, by a token whose session still exists. Throws a 401 or 403. */
export async function signedIn(auth: Auth, request: AuthRequest): Promise<{ user: User; session: Session }> {
  const claims = auth.tokens.callerOf(request.headers)
  if (claims.sub === undefined) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token')
  if (!isUuid(claims.sub) || !isUuid(claims.session_id)) throw new AuthError(403, 'bad_jwt', 'The token names no user and session')
  const user = await userById(auth.sql, claims.sub)
  if (!user) throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist')
  const [session] = await auth.sql<Session[]>`
    select * from auth.sessions where id = ${claims.session_id} and user_id = ${claims.sub}`
  if (!session || hasEnded(auth, session, auth.now())) throw sessionEnded()
  if (isBanned(user, auth.now())) throw banned()
  return { user, session }
}

export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i.test(value)

/** Ends sessions of a user: one, all but one, or all. Returns how many. */
export async function endSessions(sql: Sql, userId: string, which: { only?: string; except?: string } = {}): Promise<number> {
  const { only = null, except = null } = which
  const { count } = await sql`
    delete from auth.sessions
    where user_id = ${userId} and (${only}::uuid is null or id = ${only}) and (${except}::uuid is null or id <> ${except})`
  return count
}
