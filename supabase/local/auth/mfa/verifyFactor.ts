import { z } from 'zod'
import { audit } from '../audit.ts'
import type { Auth, Handler } from '../context.ts'
import type { Sql } from '../database.ts'
import { AuthError } from '../errors.ts'
import { type AuthRequest, answer } from '../http.ts'
import { factorAddedMail } from '../mails.ts'
import { raiseSession, signedIn } from '../sessions.ts'
import type { Factor } from '../users.ts'
import { addressOf, factorIn, found, guesser, lockUser, tell } from './factors.ts'
import { stepOf } from './totp.ts'

const CHALLENGE_SECONDS = 300

/** `POST /factors/:id/challenge`: begins to ask for a code. */
export const challenge: Handler = async (auth, request) => {
  const { user } = await signedIn(auth, request)
  const factor = authenticatorIn(factorIn(request, user, 2))
  await auth.limits.take('verifyPerAddress', request.address)
  const id = crypto.randomUUID()
  const at = auth.now()
  await auth.sql.begin(async (sql) => {
    await sql`insert into auth.mfa_challenges (id, factor_id, created_at, ip_address) values (${id}, ${factor.id}, ${at}, ${addressOf(request)})`
    await sql`update auth.mfa_factors set last_challenged_at = ${at} where id = ${factor.id}`
    await audit(auth, sql, request, 'challenge_created', user)
  })
  return answer({ id, type: 'totp', expires_at: Math.floor(at.getTime() / 1000) + CHALLENGE_SECONDS })
}

/** Recovery codes are verified at an address of their own. */
const authenticatorIn = (factor: Factor): Factor => found(factor.factor_type === 'totp' ? factor : undefined)

const verifyBody = z.object({ challenge_id: z.uuid('must be the id of a challenge'), code: z.string().trim().max(20).default('') })

/** `POST /factors/:id/verify`: a code makes the session one of two factors, and an enrolled factor one that counts. */
export const verifyFactor: Handler = async (auth, request) => {
  const { challenge_id, code } = await request.body(verifyBody)
  const { user, session } = await signedIn(auth, request)
  if (!auth.settings.totpVerifies) throw new AuthError(422, 'mfa_totp_verify_not_enabled', 'MFA verification is disabled for TOTP')
  const factor = authenticatorIn(factorIn(request, user, 2))
  await assertOpen(auth, request, factor, challenge_id)
  const subject = await guesser(auth, request, user)
  await auth.limits.take('factorPerAccount', subject)
  const body = await auth.sql.begin(async (sql) => {
    await lockUser(sql, user)
    await useCode(auth, sql, factor, code)
    await useChallenge(auth, sql, challenge_id)
    await sql`update auth.mfa_factors set status = 'verified', updated_at = ${auth.now()} where id = ${factor.id} and status = 'unverified'`
    await sql`delete from auth.mfa_factors where user_id = ${user.id} and factor_type = 'totp' and status = 'unverified'`
    await audit(auth, sql, request, 'verification_attempted', user)
    return raiseSession(auth, sql, session, { method: 'totp', factorId: factor.id })
  })
  await auth.limits.forget('factorPerAccount', subject)
  if (factor.status === 'unverified') tell(auth, user, (to) => factorAddedMail({ to, siteUrl: auth.siteUrl }))
  return answer(body)
}

async function assertOpen(auth: Auth, request: AuthRequest, factor: Factor, challengeId: string): Promise<void> {
  const [challenge] = await auth.sql<{ created_at: Date; verified_at: Date | null; same: boolean }[]>`
    select created_at, verified_at, ip_address = ${addressOf(request)} as same from auth.mfa_challenges
    where id = ${challengeId} and factor_id = ${factor.id}`
  if (!challenge) throw new AuthError(422, 'mfa_factor_not_found', 'MFA factor with the provided challenge ID not found')
  if (challenge.verified_at || !challenge.same)
    throw new AuthError(422, 'mfa_ip_address_mismatch', 'Challenge and verify IP addresses mismatch.')
  if (auth.now().getTime() > challenge.created_at.getTime() + CHALLENGE_SECONDS * 1000)
    throw new AuthError(
      422,
      'mfa_challenge_expired',
      'The MFA challenge has expired, verify against another challenge or create a new one.',
    )
}

/** Takes a code: neither it nor an older one is right a second time. */
async function useCode(auth: Auth, sql: Sql, factor: Factor, code: string): Promise<void> {
  const [row] = await sql<{ secret: string }[]>`select secret from auth.mfa_factors where id = ${factor.id}`
  const step = stepOf(auth.vault.open(factor.id, found(row).secret), code.replace(/\s/g, ''), auth.now())
  const used =
    step !== undefined &&
    (await sql`
    update auth.mfa_factors set last_used_step = ${step} where id = ${factor.id} and coalesce(last_used_step, 0) < ${step} returning 1`)
  if (!used || used.length === 0) throw new AuthError(422, 'mfa_verification_failed', 'Invalid TOTP code entered')
}

async function useChallenge(auth: Auth, sql: Sql, id: string): Promise<void> {
  const used = await sql`update auth.mfa_challenges set verified_at = ${auth.now()} where id = ${id} and verified_at is null returning 1`
  if (used.length === 0) throw new AuthError(422, 'mfa_challenge_expired', 'The MFA challenge was answered already, create a new one.')
}
