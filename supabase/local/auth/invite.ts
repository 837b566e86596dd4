import { z } from 'zod'
import { assertAdmin } from './adminUsers.ts'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import type { Sql } from './database.ts'
import { AuthError, invalid } from './errors.ts'
import * as fields from './fields.ts'
import { answer } from './http.ts'
import { countMail, type LinkRequest, makeLink, redirectOf, sendLink } from './links.ts'
import { DUPLICATE_EMAIL, insertUser, type Metadata, newUser, reload, type User, userBody, userByEmail } from './users.ts'

const inviteBody = z.object({ email: fields.email, data: fields.metadata, redirect_to: fields.redirectTo })

/** `POST /invite`: an account for somebody who then chooses a password. */
export const invite: Handler = async (auth, request) => {
  const actor = assertAdmin(auth, request)
  const { email, data, redirect_to } = await request.body(inviteBody)
  await countMail(auth, request, 'invite', email)
  const user = await auth.sql.begin(async (sql) => {
    const invited = await invitedUser(auth, sql, email, data)
    await audit(auth, sql, request, 'user_invited', invited, actor)
    return invited
  })
  await sendLink(auth, user, { type: 'invite', redirectTo: redirectOf(request, redirect_to) })
  return answer(userBody(await reload(auth.sql, user.id)))
}

async function invitedUser(auth: Auth, sql: Sql, email: string, data: Metadata | undefined): Promise<User> {
  const known = await userByEmail(sql, email)
  if (known?.email_confirmed_at) throw new AuthError(422, 'email_exists', DUPLICATE_EMAIL)
  const at = auth.now()
  if (known) await sql`update auth.users set invited_at = ${at} where id = ${known.id}`
  else await insertUser(sql, newUser({ id: crypto.randomUUID(), email, userMetadata: data, invited: true, at }))
  const user = await userByEmail(sql, email)
  if (!user) throw new AuthError(404, 'user_not_found', 'User not found')
  return user
}

const linkBody = z.object({
  type: z.enum(['signup', 'invite', 'magiclink', 'recovery', 'email_change_current', 'email_change_new']),
  email: fields.email,
  new_email: fields.email.nullish(),
  password: fields.password.nullish(),
  data: fields.metadata,
  redirect_to: fields.redirectTo,
})
type LinkBody = z.output<typeof linkBody>

/** `POST /admin/generate_link`: what a mail would hold, for whoever sends his own mails. */
export const generateLink: Handler = async (auth, request) => {
  assertAdmin(auth, request)
  const wish = await request.body(linkBody)
  const redirectTo = redirectOf(request, wish.redirect_to)
  const known = await userByEmail(auth.sql, wish.email)
  // As GoTrue does: a magic link for somebody new is a sign-up.
  const type = wish.type === 'magiclink' && !known ? 'signup' : wish.type
  const passwordHash = type === 'signup' && !known ? await passwordFor(auth, wish) : ''
  const { user, link } = await auth.sql.begin(async (sql) => {
    const user = await personOf(auth, sql, { ...wish, type }, passwordHash)
    const link = await makeLink(auth, sql, user, await requestOf(sql, { ...wish, type }, user, redirectTo))
    return { user: await reload(sql, user.id), link }
  })
  return answer({
    ...userBody(user),
    action_link: link.url,
    email_otp: link.code,
    hashed_token: link.token,
    verification_type: type,
    redirect_to: new URL(link.url).searchParams.get('redirect_to'),
  })
}

async function passwordFor(auth: Auth, { password, type }: LinkBody): Promise<string> {
  if (type === 'magiclink') return ''
  if (!password) throw invalid('Signup requires a valid password')
  auth.passwords.check(password)
  return auth.passwords.hash(password)
}

/** Whom a link is for; made, where the link makes somebody. */
async function personOf(auth: Auth, sql: Sql, wish: LinkBody, passwordHash: string): Promise<User> {
  if (wish.type === 'invite') return invitedUser(auth, sql, wish.email, wish.data)
  const known = await userByEmail(sql, wish.email)
  if (known && wish.type === 'signup' && known.email_confirmed_at) throw new AuthError(422, 'email_exists', DUPLICATE_EMAIL)
  if (known) return known
  if (wish.type !== 'signup') throw new AuthError(404, 'user_not_found', 'User with this email not found')
  const person = newUser({ id: crypto.randomUUID(), email: wish.email, passwordHash, userMetadata: wish.data, at: auth.now() })
  await insertUser(sql, person)
  return person
}

async function requestOf(sql: Sql, wish: LinkBody, user: User, redirectTo: string | null | undefined): Promise<LinkRequest> {
  if (wish.type !== 'email_change_current' && wish.type !== 'email_change_new') return { type: wish.type, redirectTo }
  if (!wish.new_email) throw invalid('new_email: must be an e-mail address')
  if (await userByEmail(sql, wish.new_email)) throw new AuthError(422, 'email_exists', DUPLICATE_EMAIL)
  // The two links of one change are asked for one after the other: the second must not take the first one's word back.
  if (user.email_change !== wish.new_email)
    await sql`update auth.users set email_change = ${wish.new_email}, email_change_confirm_status = 0 where id = ${user.id}`
  const isNew = wish.type === 'email_change_new'
  return {
    type: 'email_change',
    redirectTo,
    to: isNew ? wish.new_email : (user.email ?? ''),
    tokenType: isNew ? 'email_change_token_new' : 'email_change_token_current',
  }
}
