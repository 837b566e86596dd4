import { isIP } from 'node:net'
import { z } from 'zod'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import { AuthError, invalid } from './errors.ts'
import * as fields from './fields.ts'
import { type Answer, type AuthRequest, answer } from './http.ts'
import { takeCode } from './pkce.ts'
import { refreshSession, startSession } from './sessions.ts'
import { isBanned, reload, type User, userByEmail } from './users.ts'

/** `POST /token?grant_type=…` */
export const token: Handler = async (auth, request) => {
  const grants: Record<string, Handler> = { password: byPassword, refresh_token: byRefreshToken, pkce: byCode }
  const name = request.query.get('grant_type') ?? ''
  const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
  if (!grant) throw new AuthError(400, 'invalid_credentials', 'unsupported_grant_type')
  return grant(auth, request)
}

const passwordBody = z.object({ email: fields.email.nullish(), phone: z.string().nullish(), password: fields.password })

const byPassword: Handler = async (auth, request) => {
  const { email, phone, password } = await request.body(passwordBody)
  if (phone) throw new AuthError(422, 'phone_provider_disabled', 'Phone logins are disabled')
  if (!email) throw invalid('missing email or phone')
  await auth.limits.take('signInPerAddress', request.address)
  const user = await userByEmail(auth.sql, email)
  const account = await accountSubject(auth, request, email)
  await auth.limits.take('signInPerAccount', account)
  if (!(await auth.passwords.isRight(password, user?.encrypted_password)) || !user)
    throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials')
  // Only whoever knows the password learns more.
  if (isBanned(user, auth.now())) throw new AuthError(400, 'user_banned', 'User is banned')
  if (!user.email_confirmed_at) throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed')
  await Promise.all([auth.limits.giveBack('signInPerAddress', request.address), auth.limits.forget('signInPerAccount', account)])
  const weak = auth.passwords.weakness(password)
  return answer({ ...(await signIn(auth, request, user, 'password')), ...(weak && { weak_password: weak }) })
}

/** Who is guessing: an address where the owner is signed in counts on its own, so a stranger who uses up the tries does not lock him out. */
async function accountSubject(auth: Auth, request: AuthRequest, email: string): Promise<string> {
  const address = isIP(request.address) ? request.address : null
  const [known] = await auth.sql`
    select from auth.sessions join auth.users on users.id = sessions.user_id where users.email = ${email} and sessions.ip = ${address} limit 1`
  return known ? `${email} ${address}` : email
}

const refreshBody = z.object({ refresh_token: z.string().max(512).default('') })

const byRefreshToken: Handler = async (auth, request) => {
  const { refresh_token } = await request.body(refreshBody)
  if (!refresh_token) throw invalid('refresh_token required')
  await auth.limits.take('refreshPerAddress', request.address)
  return answer(await refreshSession(auth, refresh_token, request))
}

const codeBody = z.object({ auth_code: z.string().min(1).max(512), code_verifier: z.string().min(1).max(512) })

const byCode: Handler = async (auth, request) => {
  const { auth_code, code_verifier } = await request.body(codeBody)
  await auth.limits.take('verifyPerAddress', request.address)
  const { userId, method } = await takeCode(auth, auth_code, code_verifier)
  return answer(await signIn(auth, request, await reload(auth.sql, userId), method))
}

const signIn = (
  auth: Auth,
  request: AuthRequest,
  user: User,
  method: Parameters<typeof startSession>[3],
): Promise<Answer['body'] & object> =>
  auth.sql.begin(async (sql) => {
    await audit(auth, sql, request, 'login', user)
    return startSession(auth, sql, user, method, request)
  })
