import { audit } from '../audit.ts'
import type { Auth } from '../context.ts'
import { isDuplicate, type Json, type Sql } from '../database.ts'
import { AuthError } from '../errors.ts'
import * as fields from '../fields.ts'
import type { AuthRequest } from '../http.ts'
import { identityLinkedMail } from '../mails.ts'
import { tell } from '../mfa/factors.ts'
import { endSessions } from '../sessions.ts'
import { maySignUp, signUpClosed } from '../signUpPolicy.ts'
import { insertIdentity, insertUser, type Metadata, newIdentity, newUser, noteProviders, reload, type User, userByEmail } from '../users.ts'
import type { Person } from './provider.ts'

/** What a profile holds at most. */
const NAME_LENGTH = 80

/** Somebody from a provider, and the hash of the invitation he began with. */
type Arrival = Person & { invitation: Buffer | null }

/** The account of somebody whom a provider vouches for: the one he came to before, else the one with his address, else a new one. */
export async function accountFor(auth: Auth, request: AuthRequest, provider: string, person: Arrival): Promise<User> {
  const find = () => auth.sql.begin((sql) => accountWithin(auth, sql, request, provider, person))
  try {
    return await find()
  } catch (error) {
    // Somebody made the account at the same moment, most likely he himself in another tab.
    const isThere =
      (error instanceof AuthError && error.code === 'email_exists') || isDuplicate(error, 'identities_provider_id_provider_key')
    if (isThere) return find()
    throw error
  }
}

async function accountWithin(auth: Auth, sql: Sql, request: AuthRequest, provider: string, person: Arrival): Promise<User> {
  const at = auth.now()
  const email = fields.email.safeParse(person.email).data
  const data: Metadata = {
    ...person.data,
    sub: person.subject,
    provider_id: person.subject,
    ...(email && { email }),
    email_verified: person.emailVerified,
    phone_verified: false,
    ...(person.name && { name: person.name, full_name: person.name }),
  }
  const [known] = await sql<{ user_id: string }[]>`
    update auth.identities set identity_data = ${sql.json(data as Json)}, last_sign_in_at = ${at}, updated_at = ${at}
    where provider = ${provider} and provider_id = ${person.subject} returning user_id`
  if (known) return reload(sql, known.user_id)
  // Only an address that the provider vouches for says whose account it is.
  if (!email || !person.emailVerified)
    throw new AuthError(
      403,
      'provider_email_needs_verification',
      'Confirm your e-mail address at the sign-in service first, then try again.',
    )
  const identity = (userId: string) => newIdentity(userId, data, at, { provider, providerId: person.subject })
  const user = await userByEmail(sql, email)
  if (user) return link(auth, sql, request, user, identity(user.id))
  if (!(await maySignUp(auth, sql, email, person.invitation))) throw signUpClosed()
  const made = newUser({
    id: crypto.randomUUID(),
    email,
    userMetadata: {
      email,
      email_verified: true,
      ...(person.name && { name: person.name.slice(0, NAME_LENGTH), full_name: person.name.slice(0, NAME_LENGTH) }),
      ...(person.data.avatar_url && { avatar_url: person.data.avatar_url }),
    },
    appMetadata: { provider, providers: [provider] },
    at,
  })
  await insertUser(sql, { ...made, identities: [identity(made.id)] })
  await sql`update auth.users set email_confirmed_at = ${at} where id = ${made.id}`
  await audit(auth, sql, request, 'user_signedup', made)
  return reload(sql, made.id)
}

async function link(auth: Auth, sql: Sql, request: AuthRequest, user: User, identity: ReturnType<typeof newIdentity>): Promise<User> {
  const at = auth.now()
  await insertIdentity(sql, identity)
  if (!user.email_confirmed_at) {
    // Whoever registered the address never proved to own it. What he left must not open the account of who does.
    await sql`update auth.users set email_confirmed_at = ${at}, encrypted_password = '' where id = ${user.id}`
    await sql`delete from auth.identities where user_id = ${user.id} and id <> ${identity.identity_id}`
    await sql`delete from auth.one_time_tokens where user_id = ${user.id}`
    await sql`delete from auth.mfa_factors where user_id = ${user.id}`
    await endSessions(sql, user.id)
  }
  await noteProviders(sql, user.id, at)
  await audit(auth, sql, request, 'identity_linked', user)
  const linked = await reload(sql, user.id)
  tell(auth, linked, (to) => identityLinkedMail({ to, provider: identity.provider, siteUrl: auth.siteUrl }))
  return linked
}
