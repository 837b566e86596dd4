import type postgres from 'postgres'
import { isDuplicate, type Json, type Pool, type Sql } from './database.ts'
import { AuthError, invalid } from './errors.ts'

export type Metadata = { [key: string]: Json | undefined }

export interface Identity {
  identity_id: string
  id: string
  user_id: string
  identity_data: Metadata
  provider: string
  last_sign_in_at: string | null
  created_at: string
  updated_at: string
  email: string | null
}

/** A second factor, as the API shows it. */
export interface Factor {
  id: string
  factor_type: 'totp' | 'recovery_code'
  status: 'unverified' | 'verified'
  friendly_name: string | null
  created_at: string
  updated_at: string
  last_challenged_at: string | null
}

/** A row of auth.users with its identities and second factors. */
export interface User {
  id: string
  aud: string
  role: string
  email: string | null
  encrypted_password: string | null
  email_confirmed_at: Date | null
  invited_at: Date | null
  phone: string | null
  phone_confirmed_at: Date | null
  confirmation_sent_at: Date | null
  confirmed_at: Date | null
  recovery_sent_at: Date | null
  email_change: string | null
  email_change_sent_at: Date | null
  email_change_confirm_status: number
  reauthentication_sent_at: Date | null
  last_sign_in_at: Date | null
  raw_app_meta_data: Metadata | null
  raw_user_meta_data: Metadata | null
  created_at: Date
  updated_at: Date
  banned_until: Date | null
  deleted_at: Date | null
  is_anonymous: boolean
  identities: Identity[]
  factors: Factor[]
}

/** What a user may write into his own metadata, or an administrator into any: it travels in every access token. */
const METADATA_LIMIT_BYTES = 4096

export const DUPLICATE_EMAIL = 'A user with this email address has already been registered'

/** The users that a condition names, with their identities; never a deleted one. */
const select = (sql: Sql, condition: postgres.Fragment) => sql<User[]>`
    select users.*, coalesce((
      select jsonb_agg(jsonb_build_object(
        'identity_id', id, 'id', provider_id, 'user_id', user_id, 'identity_data', identity_data, 'provider', provider,
        'last_sign_in_at', last_sign_in_at, 'created_at', created_at, 'updated_at', updated_at, 'email', email) order by created_at, id)
      from auth.identities where user_id = users.id), '[]') as identities,
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', id, 'factor_type', factor_type, 'status', status, 'friendly_name', friendly_name,
          'created_at', created_at, 'updated_at', updated_at, 'last_challenged_at', last_challenged_at) order by created_at, id)
        from auth.mfa_factors where user_id = users.id), '[]') as factors
    from auth.users where deleted_at is null and ${condition}`

export const userByEmail = async (sql: Sql, email: string): Promise<User | undefined> =>
  (await select(sql, sql`users.email = ${email} and not users.is_sso_user`))[0]
export const userById = async (sql: Sql, id: string): Promise<User | undefined> => (await select(sql, sql`users.id = ${id}`))[0]

/** A page of users, the newest first. `filter` is a part of the address or name. */
export async function listUsers(sql: Sql, { page, perPage, filter }: { page: number; perPage: number; filter: string }) {
  const pattern = `%${filter.replace(/[\\%_]/g, '\\$&')}%`
  const matches = sql`(users.email ilike ${pattern} or users.raw_user_meta_data ->> 'name' ilike ${pattern} or ${filter} = '')`
  const [count] = await sql<{ total: number }[]>`select count(*)::int as total from auth.users where deleted_at is null and ${matches}`
  const users = await select(sql, sql`${matches} order by users.created_at desc, users.id limit ${perPage} offset ${(page - 1) * perPage}`)
  return { users: [...users], total: count?.total ?? 0 }
}

/** The user again, after a change. */
export async function reload(sql: Sql, id: string): Promise<User> {
  const user = await userById(sql, id)
  if (!user) throw new AuthError(404, 'user_not_found', 'User not found')
  return user
}

export interface NewUser {
  id: string
  /** Absent: anonymous. */
  email?: string
  passwordHash?: string
  userMetadata?: Metadata | undefined
  appMetadata?: Metadata | undefined
  role?: string
  invited?: boolean
  at: Date
}

/** The row a new user gets, also for an answer that must look as if there were one. */
export function newUser({ id, email, passwordHash = '', userMetadata = {}, appMetadata = {}, role, invited, at }: NewUser): User {
  return {
    id,
    aud: 'authenticated',
    role: role ?? 'authenticated',
    email: email ?? null,
    encrypted_password: passwordHash,
    email_confirmed_at: null,
    invited_at: invited ? at : null,
    phone: null,
    phone_confirmed_at: null,
    confirmation_sent_at: null,
    confirmed_at: null,
    recovery_sent_at: null,
    email_change: '',
    email_change_sent_at: null,
    email_change_confirm_status: 0,
    reauthentication_sent_at: null,
    last_sign_in_at: null,
    raw_app_meta_data: checkMetadata(email ? { provider: 'email', providers: ['email'], ...appMetadata } : appMetadata),
    raw_user_meta_data: checkMetadata(userMetadata),
    created_at: at,
    updated_at: at,
    banned_until: null,
    deleted_at: null,
    is_anonymous: email === undefined,
    identities: email ? [newIdentity(id, { ...userMetadata, email, email_verified: false, phone_verified: false, sub: id }, at)] : [],
    factors: [],
  }
}

export function newIdentity(
  userId: string,
  data: Metadata,
  at: Date,
  { provider, providerId }: { provider: string; providerId: string } = { provider: 'email', providerId: userId },
): Identity {
  const time = at.toISOString()
  return {
    identity_id: crypto.randomUUID(),
    id: providerId,
    user_id: userId,
    identity_data: data,
    provider,
    last_sign_in_at: time,
    created_at: time,
    updated_at: time,
    email: String(data.email ?? ''),
  }
}

/** Throws a 422 `email_exists` when the address is taken. */
export async function insertUser(sql: Sql, user: User): Promise<void> {
  try {
    await sql`
      insert into auth.users (instance_id, id, aud, role, email, encrypted_password, invited_at, raw_app_meta_data, raw_user_meta_data,
        created_at, updated_at, is_anonymous, confirmation_token, recovery_token, email_change_token_new, email_change)
      values ('00000000-0000-0000-0000-000000000000', ${user.id}, ${user.aud}, ${user.role}, ${user.email}, ${user.encrypted_password},
        ${user.invited_at}, ${sql.json(user.raw_app_meta_data as Json)}, ${sql.json(user.raw_user_meta_data as Json)},
        ${user.created_at}, ${user.updated_at}, ${user.is_anonymous}, '', '', '', '')`
  } catch (error) {
    if (isDuplicate(error, 'users_email_partial_key')) throw new AuthError(422, 'email_exists', DUPLICATE_EMAIL)
    throw error
  }
  for (const identity of user.identities) await insertIdentity(sql, identity)
}

/** Makes a user, or returns the one who has the address, also when he came at the same moment. */
export async function insertUnlessKnown(
  sql: Pool,
  user: User,
  alsoDo: (sql: Sql) => Promise<void> = async () => {},
): Promise<User | undefined> {
  try {
    await sql.begin(async (transaction) => {
      await insertUser(transaction, user)
      await alsoDo(transaction)
    })
    return undefined
  } catch (error) {
    const known = error instanceof AuthError && error.code === 'email_exists' && (await userByEmail(sql, user.email ?? ''))
    if (known) return known
    throw error
  }
}

export async function insertIdentity(sql: Sql, identity: Identity): Promise<void> {
  await sql`
    insert into auth.identities (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    values (${identity.identity_id}, ${identity.id}, ${identity.user_id}, ${sql.json(identity.identity_data as Json)}, ${identity.provider},
      ${identity.last_sign_in_at}, ${identity.created_at}, ${identity.updated_at})`
}

/** Marks the mailbox of a user as his. A password that was set before counts only when `keepPassword`: whoever set it may be somebody else. */
export async function confirmEmail(sql: Sql, user: User, at: Date, { keepPassword }: { keepPassword: boolean }): Promise<void> {
  if (user.email_confirmed_at) return
  await sql`
    update auth.users set email_confirmed_at = ${at}, updated_at = ${at}, is_anonymous = false,
      encrypted_password = case when ${keepPassword} then encrypted_password else '' end
    where id = ${user.id}`
  await setEmailIdentity(sql, user, { email: user.email ?? '', email_verified: true }, at)
}

/** Gives the user's e-mail identity other data, and makes it where it is missing. */
export async function setEmailIdentity(sql: Sql, user: User, data: Metadata, at: Date): Promise<void> {
  const changed = await sql`
    update auth.identities set identity_data = identity_data || ${sql.json(data as Json)}, updated_at = ${at}
    where user_id = ${user.id} and provider = 'email' returning 1`
  if (changed.length === 0) await insertIdentity(sql, newIdentity(user.id, { ...data, sub: user.id, phone_verified: false }, at))
}

/** Keeps the list of identities in the metadata that rights are made of, and in tokens, true. */
export async function noteProviders(sql: Sql, userId: string, at: Date): Promise<void> {
  await sql`
    update auth.users set updated_at = ${at}, raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('providers', (
      select jsonb_agg(provider order by provider) from (select distinct provider from auth.identities where user_id = users.id) as its))
    where id = ${userId}`
}

/** Metadata after a change: a key set to null is taken away, as GoTrue does. Throws a 422 when it grows too large for a token. */
export function mergeMetadata(current: Metadata | null, change: Metadata | undefined): Metadata {
  const merged = { ...current, ...change }
  return checkMetadata(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)))
}

function checkMetadata(metadata: Metadata): Metadata {
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_LIMIT_BYTES) throw invalid(`Metadata may have ${METADATA_LIMIT_BYTES} bytes`)
  return metadata
}

export const isBanned = (user: User, at: Date) => user.banned_until !== null && user.banned_until > at

/** Whether a password alone is only half of what this person shows. */
export const hasSecondFactor = ({ factors }: User) => factors.some(({ status }) => status === 'verified')

/** A user as the API shows him. */
export function userBody(user: User): Record<string, unknown> {
  const body: Record<string, unknown> = {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: user.identities,
    created_at: user.created_at,
    updated_at: user.updated_at,
    is_anonymous: user.is_anonymous,
  }
  const optional = {
    email_confirmed_at: user.email_confirmed_at,
    phone_confirmed_at: user.phone_confirmed_at,
    confirmed_at: user.confirmed_at,
    confirmation_sent_at: user.confirmation_sent_at,
    recovery_sent_at: user.recovery_sent_at,
    reauthentication_sent_at: user.reauthentication_sent_at,
    email_change_sent_at: user.email_change_sent_at,
    new_email: user.email_change,
    invited_at: user.invited_at,
    last_sign_in_at: user.last_sign_in_at,
    banned_until: user.banned_until,
    factors: user.factors.length > 0 && user.factors,
  }
  for (const [name, value] of Object.entries(optional)) if (value) body[name] = value
  return body
}
