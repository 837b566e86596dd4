import { z } from 'zod'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import type { Json } from './database.ts'
import { AuthError } from './errors.ts'
import * as fields from './fields.ts'
import { answer } from './http.ts'
import { countMail, redirectOf, sendEmailChange } from './links.ts'
import { passwordChangedMail } from './mails.ts'
import { assertSecondFactor } from './mfa/factors.ts'
import { pkceFields } from './pkce.ts'
import { assertFresh } from './reauthentication.ts'
import { endSessions, signedIn } from './sessions.ts'
import { mayMoveTo } from './signUpPolicy.ts'
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
  const newEmail = body.email && body.email !== user.email ? body.email : undefined
  if (body.password) auth.passwords.check(body.password)
  if (body.password || newEmail) {
    assertSecondFactor(user, session, { status: 401, message: 'AAL2 session is required to update email or password when MFA is enabled.' })
    await assertFresh(auth, { user, session }, body)
  }
  if (newEmail && !(await mayMoveTo(auth, auth.sql, newEmail)))
    throw new AuthError(422, 'email_address_not_authorized', 'Accounts of this installation have an address of certain domains')
  const metadata = mergeMetadata(user.raw_user_meta_data, body.data)
  if (newEmail) await countMail(auth, request, 'email_change', newEmail)
  const passwordHash = body.password ? await newPassword(auth, user, body.password) : undefined
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

async function newPassword(auth: Auth, user: User, password: string): Promise<string> {
  if (!user.email)
    throw new AuthError(422, 'validation_failed', 'Updating password of an anonymous user without an email or phone is not allowed')
  if (user.encrypted_password && (await auth.passwords.isRight(password, user.encrypted_password)))
    throw new AuthError(422, 'same_password', 'New password should be different from the old password.')
  return auth.passwords.hash(password)
}
