import { z } from 'zod'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import { isDuplicate, type Json, type Sql } from './database.ts'
import { AuthError, invalid } from './errors.ts'
import * as fields from './fields.ts'
import { type AuthRequest, answer, seeOther } from './http.ts'
import { emailChangedMail } from './mails.ts'
import { findByCode, type StoredToken, type TokenType, take, takeByLink } from './oneTimeTokens.ts'
import { issueCode } from './pkce.ts'
import { allowedRedirect, withFragment, withMessage, withQuery } from './redirects.ts'
import { banned, type Method, startSession } from './sessions.ts'
import { confirmEmail, DUPLICATE_EMAIL, isBanned, reload, setEmailIdentity, type User, userById } from './users.ts'

const TOKEN_TYPES: Record<string, TokenType[]> = {
  signup: ['confirmation_token'],
  invite: ['confirmation_token'],
  magiclink: ['recovery_token'],
  recovery: ['recovery_token'],
  email: ['confirmation_token', 'recovery_token'],
  email_change: ['email_change_token_new', 'email_change_token_current'],
}

const ONE_OF_TWO = 'Confirmation link accepted. Please proceed to confirm link sent to the other email'

function tokenTypes(type: string): TokenType[] {
  const types = Object.hasOwn(TOKEN_TYPES, type) ? TOKEN_TYPES[type] : undefined
  if (!types) throw invalid(`The type must be one of ${Object.keys(TOKEN_TYPES).join(', ')}`)
  return types
}

/** `GET /verify?token=&type=&redirect_to=`: the link in a mail. Leads to an allowed address, with tokens in the fragment, or with the
 *  code of a PKCE flow in the query, or with an error. */
export const verifyLink: Handler = async (auth, request) => {
  const [token, type] = [request.query.get('token') ?? '', request.query.get('type') ?? '']
  const types = tokenTypes(type)
  if (!token) throw invalid('Verify requires a token or a token hash')
  await auth.limits.take('verifyPerAddress', request.address)
  const target = allowedRedirect(auth, request.query.get('redirect_to'))
  const isPkce = token.startsWith('pkce_')
  try {
    const location = await auth.sql.begin(async (sql) => {
      const stored = await takeByLink(auth, sql, token, types)
      const user = await prove(auth, sql, request, stored)
      if (!user) return withMessage(target, isPkce, { message: ONE_OF_TWO })
      if (stored.flow_state_id) return withQuery(target, { code: await issueCode(auth, sql, stored.flow_state_id) })
      const { user: _, ...tokens } = await startSession(auth, sql, user, methodOf(type), request)
      return withFragment(target, { ...tokens, sb: '', type })
    })
    return seeOther(location)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return seeOther(withMessage(target, isPkce, { error: 'access_denied', error_code: error.code, error_description: error.message }))
  }
}

const methodOf = (type: string): Method => (type === 'recovery' ? 'recovery' : 'otp')

const verifyBody = z.object({
  type: z.string(),
  token: z.string().max(512).nullish(),
  token_hash: z.string().max(512).nullish(),
  email: fields.email.nullish(),
  phone: z.string().nullish(),
})

/** `POST /verify` with the token of a link (`token_hash`) or with an address and the code that went to it. */
export const verifyCode: Handler = async (auth, request) => {
  const { type, token, token_hash, email, phone } = await request.body(verifyBody)
  if (phone) throw new AuthError(400, 'phone_provider_disabled', 'Phone logins are disabled')
  const types = tokenTypes(type)
  if (Boolean(token) === Boolean(token_hash)) throw invalid('Verify requires either a token or a token hash')
  if (token && !email) throw invalid('Only an email address or phone number should be provided on verify')
  await auth.limits.take('verifyPerAddress', request.address)
  if (email) await auth.limits.take('verifyPerAccount', email)
  const found = token && email ? await findByCode(auth, email, token.trim(), types) : undefined
  const session = await auth.sql.begin(async (sql) => {
    const stored = found ?? (await takeByLink(auth, sql, token_hash ?? '', types))
    if (found) await take(sql, found)
    const user = await prove(auth, sql, request, stored)
    return user && startSession(auth, sql, user, methodOf(type), request)
  })
  if (!session) return answer({ msg: ONE_OF_TWO, code: '200' })
  if (email) await auth.limits.forget('verifyPerAccount', email)
  return answer(session)
}

/** Notes what a token proves. Undefined when an e-mail change waits for the other mailbox. */
async function prove(auth: Auth, sql: Sql, request: AuthRequest, token: StoredToken): Promise<User | undefined> {
  const user = await userById(sql, token.user_id)
  if (!user) throw new AuthError(403, 'otp_expired', 'Token has expired or is invalid')
  if (isBanned(user, auth.now())) throw banned()
  if (token.token_type.startsWith('email_change')) {
    if (!(await changeEmail(auth, sql, user))) return undefined
    await audit(auth, sql, request, 'user_modified', user)
  } else {
    // Only the sign-up's own link vouches for the password that came with the sign-up.
    await confirmEmail(sql, user, auth.now(), { keepPassword: token.token_type === 'confirmation_token' })
    await audit(auth, sql, request, user.email_confirmed_at ? 'login' : 'user_signedup', user)
  }
  return reload(sql, user.id)
}

/** Counts the word of one mailbox, and changes the address when no other is needed. */
async function changeEmail(auth: Auth, sql: Sql, user: User): Promise<boolean> {
  const at = auth.now()
  if (!user.email_change) throw new AuthError(403, 'otp_expired', 'Token has expired or is invalid')
  if (user.email && auth.settings.confirmBothMailboxes && user.email_change_confirm_status === 0) {
    await sql`update auth.users set email_change_confirm_status = 1, updated_at = ${at} where id = ${user.id}`
    return false
  }
  const provider: Json = user.is_anonymous ? { provider: 'email', providers: ['email'] } : {}
  try {
    await sql`
      update auth.users set email = email_change, email_change = '', email_change_confirm_status = 0, is_anonymous = false,
        email_confirmed_at = coalesce(email_confirmed_at, ${at}), updated_at = ${at},
        raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || ${sql.json(provider)}
      where id = ${user.id}`
  } catch (error) {
    if (isDuplicate(error, 'users_email_partial_key')) throw new AuthError(422, 'email_exists', DUPLICATE_EMAIL)
    throw error
  }
  await setEmailIdentity(sql, user, { email: user.email_change, email_verified: true }, at)
  // Whatever else went to the old mailbox opens nothing any more.
  await sql`delete from auth.one_time_tokens where user_id = ${user.id}`
  const [oldEmail, newEmail] = [user.email, user.email_change]
  if (oldEmail) auth.afterwards(() => auth.mail(emailChangedMail({ to: oldEmail, newEmail })))
  return true
}
