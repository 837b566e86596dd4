import { z } from 'zod'
import { audit } from '../audit.ts'
import type { Auth, Handler } from '../context.ts'
import type { Sql } from '../database.ts'
import { AuthError, invalid } from '../errors.ts'
import { answer } from '../http.ts'
import { factorRemovedMail } from '../mails.ts'
import { assertFresh } from '../reauthentication.ts'
import { type Session, signedIn } from '../sessions.ts'
import type { User } from '../users.ts'
import { assertSecondFactor, factorIn, lockUser, removeFactor, tell } from './factors.ts'
import { newSecret, qrCode, totpUri } from './totp.ts'

const DISABLED: Record<string, string> = { phone: 'mfa_phone_enroll_not_enabled', webauthn: 'mfa_webauthn_enroll_not_enabled' }
/** An enrolment that nobody finished makes room for the next. */
const UNVERIFIED_SECONDS = 300

const enrollBody = z.object({
  factor_type: z.string().max(20).default(''),
  friendly_name: z.string().trim().max(64).nullish(),
  // A colon would end the issuer within the label.
  issuer: z
    .string()
    .trim()
    .max(64)
    .regex(/^[^:]*$/, 'may not contain a colon')
    .nullish(),
})

/** `POST /factors`: a secret for an authenticator app, which counts once a code of it was verified. */
export const enroll: Handler = async (auth, request) => {
  const { factor_type, friendly_name, issuer } = await request.body(enrollBody)
  const { user, session } = await signedIn(auth, request)
  const disabled = factor_type === 'totp' && !auth.settings.totpEnrolls ? 'mfa_totp_enroll_not_enabled' : DISABLED[factor_type]
  if (disabled) throw new AuthError(422, disabled, `MFA enroll is disabled for ${factor_type}`)
  if (factor_type !== 'totp') throw invalid('factor_type needs to be totp')
  assertSecondFactor(user, session, { status: 403, message: 'AAL2 required to enroll a new factor' })
  // Unlike GoTrue: whoever finds an old session could lock its owner out with an app of his own.
  await assertFresh(auth, { user, session })
  const [id, secret] = [crypto.randomUUID(), newSecret()]
  await auth.sql.begin(async (sql) => {
    await makeRoom(auth, sql, await lockUser(sql, user), session, friendly_name)
    await sql`
      insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
      values (${id}, ${user.id}, ${friendly_name ?? ''}, 'totp', 'unverified', ${auth.now()}, ${auth.now()}, ${auth.vault.seal(id, secret)})`
    await audit(auth, sql, request, 'factor_in_progress', user)
  })
  const uri = totpUri({ secret, issuer: issuer || new URL(auth.siteUrl).host, account: user.email ?? user.id })
  return answer({ id, type: 'totp', friendly_name: friendly_name ?? '', totp: { qr_code: qrCode(uri), secret, uri } })
}

async function makeRoom(auth: Auth, sql: Sql, user: User, session: Session, name: string | null | undefined): Promise<void> {
  assertSecondFactor(user, session, { status: 403, message: 'AAL2 required to enroll a new factor' })
  const longAgo = new Date(auth.now().getTime() - UNVERIFIED_SECONDS * 1000)
  await sql`delete from auth.mfa_factors where user_id = ${user.id} and status = 'unverified' and created_at < ${longAgo}`
  const factors = await sql<{ friendly_name: string }[]>`select friendly_name from auth.mfa_factors where user_id = ${user.id}`
  if (name && factors.some(({ friendly_name }) => friendly_name === name))
    throw new AuthError(422, 'mfa_factor_name_conflict', `A factor with the friendly name "${name}" for this user already exists`)
  if (factors.length >= auth.settings.maximumFactors)
    throw new AuthError(422, 'too_many_enrolled_mfa_factors', 'Maximum number of factors reached, unenroll to continue')
}

/** `DELETE /factors/:id` */
export const unenroll: Handler = async (auth, request) => {
  const { user, session } = await signedIn(auth, request)
  const factor = factorIn(request, user, 2)
  if (factor.status === 'verified') {
    assertSecondFactor(user, session, { status: 422, message: 'AAL2 required to unenroll verified factor' })
    await assertFresh(auth, { user, session })
  }
  await auth.sql.begin(async (sql) => {
    await removeFactor(sql, user, factor)
    await audit(auth, sql, request, 'factor_unenrolled', user)
  })
  if (factor.status === 'verified') tell(auth, user, (to) => factorRemovedMail({ to, siteUrl: auth.siteUrl }))
  return answer({ id: factor.id })
}
