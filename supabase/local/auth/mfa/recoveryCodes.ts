import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { audit } from '../audit.ts'
import type { Auth, Handler } from '../context.ts'
import { isDuplicate, type Sql } from '../database.ts'
import { AuthError } from '../errors.ts'
import { type Answer, type AuthRequest, answer } from '../http.ts'
import { recoveryCodeUsedMail } from '../mails.ts'
import { assertFresh } from '../reauthentication.ts'
import { raiseSession, type Session, signedIn } from '../sessions.ts'
import type { User } from '../users.ts'
import { assertSecondFactor, found, guesser, hasAuthenticator, lockUser, recoveryFactor, removeFactor, tell } from './factors.ts'

// The endpoints that auth-js has as `mfa.recoveryCodes`, behind its flag `experimental.recoveryCodes`. Released GoTrue does not answer them.

const COUNT = 10
const LENGTH = 16
/** 32 characters, none of which looks like another: 80 bits a code. */
const ALPHABET = '023456789abcdefghjkmnpqrstuvwxyz'

const newCode = () => [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')

/** `GET /factors/recovery-codes`: how many there are and are left. */
export const showRecoveryCodes: Handler = async (auth, request) => {
  const { user } = await signedIn(auth, request)
  const { id } = found(recoveryFactor(user))
  return answer({ id, type: 'recovery_code', total: COUNT, remaining: await remaining(auth.sql, id) })
}

async function remaining(sql: Sql, factorId: string): Promise<number> {
  const rows = await sql`select from auth.mfa_recovery_codes where factor_id = ${factorId} and used_at is null`
  return rows.length
}

const generateBody = z.object({ friendly_name: z.string().trim().max(64).nullish() })

/** `POST /factors/recovery-codes`: ten codes, shown this once. */
export const generateRecoveryCodes: Handler = async (auth, request) => {
  const { friendly_name } = await request.body(generateBody)
  const { user, session } = await signedIn(auth, request)
  return replaceCodes(auth, request, { user, session }, async (sql, current) => {
    if (recoveryFactor(current)) throw new AuthError(422, 'mfa_verified_factor_exists', 'There are recovery codes already, regenerate them')
    const [id, name, at] = [crypto.randomUUID(), friendly_name || 'Recovery codes', auth.now()]
    try {
      await sql`
        insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at)
        values (${id}, ${user.id}, ${name}, 'recovery_code', 'verified', ${at}, ${at})`
    } catch (error) {
      if (!isDuplicate(error, 'mfa_factors_user_friendly_name_unique')) throw error
      throw new AuthError(422, 'mfa_factor_name_conflict', `A factor with the friendly name "${name}" for this user already exists`)
    }
    return { id, friendly_name: name }
  })
}

/** `POST /factors/recovery-codes/regenerate`: ten new ones, in place of those that are left. */
export const regenerateRecoveryCodes: Handler = async (auth, request) =>
  replaceCodes(auth, request, await signedIn(auth, request), async (_, current) => found(recoveryFactor(current)))

async function replaceCodes(
  auth: Auth,
  request: AuthRequest,
  { user, session }: { user: User; session: Session },
  factorOf: (sql: Sql, current: User) => Promise<{ id: string; friendly_name: string | null }>,
): Promise<Answer> {
  await assertFresh(auth, { user, session })
  const codes = Array.from({ length: COUNT }, newCode)
  const factor = await auth.sql.begin(async (sql) => {
    const current = await lockUser(sql, user)
    if (!hasAuthenticator(current))
      throw new AuthError(422, 'mfa_recovery_codes_sole_factor', 'Recovery codes cannot be the only factor, enroll another first')
    assertSecondFactor(current, session, { status: 403, message: 'AAL2 required to generate recovery codes' })
    const { id, friendly_name } = await factorOf(sql, current)
    await sql`delete from auth.mfa_recovery_codes where factor_id = ${id}`
    const rows = codes.map((code) => ({ factor_id: id, code_hash: auth.vault.fingerprint(id, code) }))
    await sql`insert into auth.mfa_recovery_codes ${sql(rows)}`
    await audit(auth, sql, request, 'generate_recovery_codes', user)
    return { id, friendly_name }
  })
  return answer({ id: factor.id, type: 'recovery_code', friendly_name: factor.friendly_name, total: COUNT, codes })
}

const verifyBody = z.object({ code: z.string().max(100).default('') })

/** `POST /factors/recovery-codes/verify`: a code in place of the authenticator's. */
export const verifyRecoveryCode: Handler = async (auth, request) => {
  const { code } = await request.body(verifyBody)
  const { user, session } = await signedIn(auth, request)
  if (!auth.settings.totpVerifies) throw new AuthError(422, 'mfa_recovery_codes_verify_not_enabled', 'Recovery codes are disabled')
  const subject = await guesser(auth, request, user)
  await auth.limits.take('recoveryCodePerAccount', subject)
  const wrong = new AuthError(422, 'mfa_verification_failed', 'Invalid recovery code entered')
  const factor = recoveryFactor(user)
  if (!factor) throw wrong
  const hash = auth.vault.fingerprint(factor.id, code.toLowerCase().replace(/[\s-]/g, ''))
  const { body, left } = await auth.sql.begin(async (sql) => {
    await lockUser(sql, user)
    const used = await sql`
      update auth.mfa_recovery_codes set used_at = ${auth.now()} where factor_id = ${factor.id} and code_hash = ${hash} and used_at is null returning 1`
    if (used.length === 0) throw wrong
    await audit(auth, sql, request, 'verification_attempted', user)
    const body = await raiseSession(auth, sql, session, { method: 'mfa/recovery_code', factorId: factor.id })
    return { body, left: await remaining(sql, factor.id) }
  })
  await auth.limits.forget('recoveryCodePerAccount', subject)
  tell(auth, user, (to) => recoveryCodeUsedMail({ to, left, siteUrl: auth.siteUrl }))
  return answer(body)
}

/** `DELETE /factors/recovery-codes` */
export const removeRecoveryCodes: Handler = async (auth, request) => {
  const { user, session } = await signedIn(auth, request)
  const factor = found(recoveryFactor(user))
  assertSecondFactor(user, session, { status: 422, message: 'AAL2 required to unenroll verified factor' })
  await assertFresh(auth, { user, session })
  await auth.sql.begin(async (sql) => {
    await removeFactor(sql, user, factor)
    await audit(auth, sql, request, 'factor_unenrolled', user)
  })
  return answer({ id: factor.id })
}
