import { isIP } from 'node:net'
import type { Auth } from '../context.ts'
import type { Sql } from '../database.ts'
import { AuthError } from '../errors.ts'
import type { AuthRequest } from '../http.ts'
import type { MailMessage } from '../mailLayout.ts'
import { isUuid, lowerSessions, type Session } from '../sessions.ts'
import { type Factor, hasSecondFactor, reload, type User } from '../users.ts'

/** The factor that an address names, of this user. Throws a 404. */
export function factorIn(request: AuthRequest, user: User, position: number): Factor {
  const id = request.path.split('/')[position]
  if (!isUuid(id)) throw new AuthError(404, 'validation_failed', 'factor_id must be an UUID')
  return found(user.factors.find((factor) => factor.id === id.toLowerCase()))
}

export function found<T>(factor: T | undefined): T {
  if (!factor) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found')
  return factor
}

/** The set of recovery codes, which is a factor too but never the only one. */
export const recoveryFactor = ({ factors }: User) => factors.find(({ factor_type }) => factor_type === 'recovery_code')

export const hasAuthenticator = ({ factors }: User) =>
  factors.some(({ factor_type, status }) => factor_type === 'totp' && status === 'verified')

/** Whoever has a second factor shows it before he changes what opens the account. Throws `insufficient_aal`. */
export function assertSecondFactor(user: User, session: Session, { status, message }: { status: number; message: string }): void {
  if (hasSecondFactor(user) && session.aal !== 'aal2') throw new AuthError(status, 'insufficient_aal', message)
}

/** Locks the user's row, so that what is asked about his factors stays true, and reads him again. */
export async function lockUser(sql: Sql, { id }: User): Promise<User> {
  await sql`select from auth.users where id = ${id} for no key update`
  return reload(sql, id)
}

/** Deletes a factor, and the recovery codes when no authenticator is left: they are the way in without one, not in its place. */
export async function removeFactor(sql: Sql, user: User, factor: Factor): Promise<void> {
  const current = await lockUser(sql, user)
  const ids = [factor.id]
  const others =
    await sql`select from auth.mfa_factors where user_id = ${user.id} and id <> ${factor.id} and factor_type = 'totp' and status = 'verified'`
  const codes = recoveryFactor(current)
  if (others.length === 0 && codes) ids.push(codes.id)
  await lowerSessions(sql, ids)
  await sql`delete from auth.mfa_factors where id = any(${ids})`
}

/** As the column wants it: a request over a socket without an address has one too. */
export const addressOf = ({ address }: AuthRequest) => (isIP(address) ? address : '::')

/** Who is guessing codes: an address where the owner is signed in with both factors counts on its own, so a stranger who has the password
 *  and uses up the tries does not lock him out. */
export async function guesser(auth: Auth, request: AuthRequest, { id }: User): Promise<string> {
  const [known] = await auth.sql`
    select from auth.sessions where user_id = ${id} and aal = 'aal2' and ip = ${addressOf(request)} limit 1`
  return known ? `${id} ${request.address}` : id
}

/** Mails the owner of an account what happened to it. */
export function tell(auth: Auth, user: User, message: (to: string) => MailMessage): void {
  const to = user.email
  if (to && user.email_confirmed_at) auth.afterwards(() => auth.mail(message(to)))
}
