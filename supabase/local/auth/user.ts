import { z } from 'zod'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import type { Json } from './database.ts'
import { AuthError, invalid } from './errors.ts'
import * as fields from './fields.ts'
import { answer } from './http.ts'
import { countMail, redirectOf, sendEmailChange } from './links.ts'
import { passwordChangedMail, reauthenticationMail } from './mails.ts'
import { assertSecondFactor } from './mfa/factors.ts'
import { findByCode, issueToken, take } from './oneTimeTokens.ts'
import { pkceFields } from './pkce.ts'
import { endSessions, type Session, signedIn } from './sessions.ts'
import { mergeMetadata, noteProviders, reload, setEmailIdentity, type User, userBody } from './users.ts'

/** `GET /user` */
export const showUser: Handler = async (auth, request) => answer(userBody((await signedIn(auth, request)).user))

const changeBody = z.object({
  email: fields.email.nullish(),
  phone: z.string().nullish(),
  password: fields.password.nullish(),
  current_password: fields.password.nullish(),
  nonce: z.string().max(64).nullish(),
  data: fields.metadata,
  app_metadata: z.unknown().optional(),
  ...pkceFields,
})

/** `PUT /user`: data, password, address. A new address counts when its mailbox, and the old one, said so. */
export const changeUser: Handler = async (auth, request) => {
  const body = await request.body(changeBody)
  const { user, session } = await signedIn(auth, request)
  if (body.app_metadata) throw new AuthError(403, 'not_admin', 'Updating app_metadata requires admin privileges')
  if (body.phone) throw new AuthError(400, 'phone_provider_disabled', 'Phone numbers are disabled')
  if (body.password || (body.email && body.email !== user.email))
    assertSecondFactor(user, session, { status: 401, message: 'AAL2 session is required to update email or password when MFA is enabled.' })
  const metadata = mergeMetadata(user.raw_user_meta_data, body.data)
  const newEmail = body.email && body.email !== user.email ? body.email : undefined
  if (newEmail) await countMail(auth, request, 'email_change', newEmail)
  const passwordHash = body.password ? await newPassword(auth, user, session, { ...body, password: body.password }) : undefined
  const at = auth.now()
  await auth.sql.begin(async (sql) => {
    if (body.data)
      await sql`update auth.users set raw_user_meta_data = ${sql.json(metadata as Json)}, updated_at = ${at} where id = ${user.id}`
    if (passwordHash) {
      await sql`update auth.users set encrypted_password = ${passwordHash}, updated_at = ${at} where id = ${user.id}`
      // A password is a way in of its own, also for who came from elsewhere.
      await setEmailIdentity(sql, user, { email: user.email ?? '', email_verified: user.email_confirmed_at !== null }, at)
      await noteProviders(sql, user.id, at)
      await endSessions(sql, user.id, { except: session.id })
      await sql`delete from auth.one_time_tokens where user_id = ${user.id} and token_type in ('recovery_token', 'reauthentication_token')`
      await audit(auth, sql, request, 'user_updated_password', user)
    }
    await audit(auth, sql, request, 'user_modified', user)
  })
  const to = user.email
  if (passwordHash && to) auth.afterwards(() => auth.mail(passwordChangedMail({ to, siteUrl: auth.siteUrl })))
  if (newEmail) await sendEmailChange(auth, user, newEmail, { redirectTo: redirectOf(request), challenge: body })
  return answer(userBody(await reload(auth.sql, user.id)))
}

interface PasswordChange {
  password: string
  current_password?: string | null | undefined
  nonce?: string | null | undefined
}

/** The hash of a new password, once whoever sets it may. */
async function newPassword(auth: Auth, user: User, session: Session, change: PasswordChange): Promise<string> {
  auth.passwords.check(change.password)
  if (!user.email)
    throw new AuthError(422, 'validation_failed', 'Updating password of an anonymous user without an email or phone is not allowed')
  if (change.current_password) await checkCurrentPassword(auth, user, change.current_password)
  else if (mustReauthenticate(auth, session)) await checkNonce(auth, user, change.nonce)
  if (user.encrypted_password && (await auth.passwords.isRight(change.password, user.encrypted_password)))
    throw new AuthError(422, 'same_password', 'New password should be different from the old password.')
  return auth.passwords.hash(change.password)
}

function mustReauthenticate({ settings, now }: Auth, session: Session): boolean {
  const seconds = settings.reauthenticateAfterSeconds
  return seconds !== null && now().getTime() > session.created_at.getTime() + seconds * 1000
}

async function checkCurrentPassword(auth: Auth, user: User, password: string): Promise<void> {
  await auth.limits.take('signInPerAccount', user.id)
  if (!(await auth.passwords.isRight(password, user.encrypted_password)))
    throw new AuthError(400, 'current_password_invalid', 'The current password is not right.')
  await auth.limits.forget('signInPerAccount', user.id)
}

async function checkNonce(auth: Auth, user: User, nonce: string | null | undefined): Promise<void> {
  if (!nonce) throw new AuthError(400, 'reauthentication_needed', 'Password update requires reauthentication')
  try {
    const token = await findByCode(auth, user.email ?? '', nonce.trim(), ['reauthentication_token'])
    await take(auth.sql, token)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    throw new AuthError(422, 'reauthentication_not_valid', 'Nonce has expired or is invalid')
  }
}

/** `GET /reauthenticate`: mails a code to whoever is signed in, to prove it is still him. */
export const reauthenticate: Handler = async (auth, request) => {
  const { user } = await signedIn(auth, request)
  const to = user.email
  if (!to) throw invalid('Reauthentication requires the user to have an email or a phone number')
  if (!user.email_confirmed_at) throw new AuthError(422, 'email_not_confirmed', 'Please verify your email first.')
  await countMail(auth, request, 'reauthentication', to)
  const { code } = await auth.sql.begin(async (sql) => {
    await sql`update auth.users set reauthentication_sent_at = ${auth.now()} where id = ${user.id}`
    return issueToken(auth, sql, { userId: user.id, type: 'reauthentication_token', email: to })
  })
  await auth.mail(reauthenticationMail({ to, code }))
  return answer({})
}
