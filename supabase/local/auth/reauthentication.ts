import type { Auth, Handler } from './context.ts'
import { AuthError, invalid } from './errors.ts'
import { answer } from './http.ts'
import { countMail } from './links.ts'
import { reauthenticationMail } from './mails.ts'
import { findByCode, issueToken, take } from './oneTimeTokens.ts'
import { type Session, signedIn } from './sessions.ts'
import type { User } from './users.ts'

/** What somebody brings to prove that it is still him. */
export interface Proof {
  current_password?: string | null | undefined
  /** The code of `GET /reauthenticate`. */
  nonce?: string | null | undefined
}

/** Before anything by which an account could be taken over: a session that proved itself long ago needs the password, a mailed code, a new
 *  sign-in, or the second factor again. Throws a 400 `reauthentication_needed`. */
export async function assertFresh(auth: Auth, { user, session }: { user: User; session: Session }, proof: Proof = {}): Promise<void> {
  if (proof.current_password) await checkCurrentPassword(auth, user, proof.current_password)
  else if (await isStale(auth, session)) await checkNonce(auth, user, proof.nonce)
}

async function isStale({ sql, settings, now }: Auth, session: Session): Promise<boolean> {
  const seconds = settings.reauthenticateAfterSeconds
  if (seconds === null) return false
  const since = new Date(now().getTime() - seconds * 1000)
  const proofs = await sql`select from auth.mfa_amr_claims where session_id = ${session.id} and updated_at >= ${since} limit 1`
  return proofs.length === 0
}

async function checkCurrentPassword(auth: Auth, user: User, password: string): Promise<void> {
  await auth.limits.take('signInPerAccount', user.id)
  if (!(await auth.passwords.isRight(password, user.encrypted_password)))
    throw new AuthError(400, 'current_password_invalid', 'The current password is not right.')
  await auth.limits.forget('signInPerAccount', user.id)
}

async function checkNonce(auth: Auth, user: User, nonce: string | null | undefined): Promise<void> {
  if (!nonce) throw new AuthError(400, 'reauthentication_needed', 'This change requires reauthentication')
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
