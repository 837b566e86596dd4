import { parseOptions } from '@node-rs/bcrypt'
import { z } from 'zod'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import { isDuplicate, type Json, type Sql } from './database.ts'
import { AuthError, invalid } from './errors.ts'
import * as fields from './fields.ts'
import { type AuthRequest, answer } from './http.ts'
import { passwordChangedMail } from './mails.ts'
import { endSessions, isUuid } from './sessions.ts'
import {
  confirmEmail,
  DUPLICATE_EMAIL,
  insertUser,
  listUsers,
  mergeMetadata,
  newUser,
  reload,
  setEmailIdentity,
  type User,
  userBody,
} from './users.ts'

/** Only whoever has the secret key administers. Throws a 401 or 403. Returns the name for the audit log. */
export function assertAdmin(auth: Auth, request: AuthRequest): string {
  const { authorization, apikey } = request.headers
  if (!authorization && !apikey) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token')
  const { role } = auth.tokens.callerOf({ authorization, apikey: typeof apikey === 'string' ? apikey : undefined })
  if (role !== 'service_role' && role !== 'supabase_admin') throw new AuthError(403, 'not_admin', 'User not allowed')
  return role
}

const MILLISECONDS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `24h`, `1h30m`, or `none`, which lifts a ban; in milliseconds. */
const banDuration = z
  .string()
  .regex(/^(none|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h)){1,6})$/, 'must be a duration such as 24h, or none')
  .transform((text) =>
    [...text.matchAll(/([\d.]+)([a-zµ]+)/g)].reduce((sum, [, n, unit]) => sum + Number(n) * (MILLISECONDS[unit ?? ''] ?? 0), 0),
  )
  .refine((milliseconds) => milliseconds < 1000 * 365 * 86_400_000, 'must be less than a thousand years')

const attributes = z.object({
  id: z.uuid().optional(),
  email: fields.email.nullish(),
  phone: z.string().nullish(),
  password: fields.password.nullish(),
  password_hash: z.string().max(255).nullish(),
  email_confirm: z.boolean().nullish(),
  user_metadata: fields.metadata,
  app_metadata: fields.metadata,
  role: z.string().max(100).nullish(),
  ban_duration: banDuration.nullish(),
})
type Attributes = z.output<typeof attributes>

/** `POST /admin/users` */
export const createUser: Handler = async (auth, request) => {
  const actor = assertAdmin(auth, request)
  const wish = await request.body(attributes)
  if (wish.phone) throw new AuthError(400, 'phone_provider_disabled', 'Phone numbers are disabled')
  if (!wish.email) throw invalid('Cannot create a user without either an email or phone')
  const at = auth.now()
  const person = newUser({
    id: wish.id ?? crypto.randomUUID(),
    email: wish.email,
    passwordHash: (await hashOf(auth, wish)) ?? '',
    userMetadata: wish.user_metadata,
    appMetadata: wish.app_metadata,
    ...(wish.role && { role: wish.role }),
    at,
  })
  const user = await auth.sql.begin(async (sql) => {
    await insertUser(sql, person).catch((error: unknown) => {
      throw isDuplicate(error, 'users_pkey') ? new AuthError(422, 'conflict', 'A user with this id exists already') : error
    })
    if (wish.email_confirm) await confirmEmail(sql, person, at, { keepPassword: true })
    await setBan(sql, person, wish, at)
    await audit(auth, sql, request, 'user_signedup', person, actor)
    return reload(sql, person.id)
  })
  return answer(userBody(user))
}

async function hashOf(auth: Auth, { password, password_hash }: Attributes): Promise<string | undefined> {
  if (password && password_hash) throw invalid('Only a password or a password hash should be provided')
  if (password) {
    auth.passwords.check(password)
    return auth.passwords.hash(password)
  }
  if (!password_hash) return undefined
  try {
    parseOptions(password_hash)
  } catch {
    throw invalid('The password hash is not a bcrypt hash')
  }
  return password_hash
}

/** A ban ends the sessions too, so that the end of the ban is no silent return of old tokens. */
async function setBan(sql: Sql, user: User, { ban_duration }: Attributes, at: Date): Promise<void> {
  if (ban_duration === null || ban_duration === undefined) return
  const until = ban_duration === 0 ? null : new Date(at.getTime() + ban_duration)
  await sql`update auth.users set banned_until = ${until}, updated_at = ${at} where id = ${user.id}`
  if (until) await endSessions(sql, user.id)
}

/** `GET /admin/users?page=&per_page=&filter=` */
export const showUsers: Handler = async (auth, request) => {
  assertAdmin(auth, request)
  const page = positive(request, 'page', 1, 1_000_000)
  const perPage = positive(request, 'per_page', 50, 1000)
  const { users, total } = await listUsers(auth.sql, { page, perPage, filter: request.query.get('filter') ?? '' })
  const pages = Math.max(1, Math.ceil(total / perPage))
  // supabase-js reads the number behind the first "=" of each link.
  const link = (number: number, rel: string) => `<${auth.externalUrl}/admin/users?page=${number}&per_page=${perPage}>; rel="${rel}"`
  return {
    ...answer({ users: users.map(userBody), aud: 'authenticated' }),
    headers: { 'x-total-count': String(total), link: [...(page < pages ? [link(page + 1, 'next')] : []), link(pages, 'last')].join(', ') },
  }
}

function positive(request: AuthRequest, name: string, standard: number, most: number): number {
  const text = request.query.get(name)
  if (!text) return standard
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw invalid(`${name} must be a positive number`)
  return Math.min(Number(text), most)
}

function named(request: AuthRequest): string {
  const id = request.path.split('/').at(-1)
  if (!isUuid(id)) throw new AuthError(404, 'validation_failed', 'user_id must be an UUID')
  return id
}

/** `GET /admin/users/:id` */
export const showUserById: Handler = async (auth, request) => {
  assertAdmin(auth, request)
  return answer(userBody(await reload(auth.sql, named(request))))
}

/** `PUT /admin/users/:id` */
export const changeUserById: Handler = async (auth, request) => {
  const actor = assertAdmin(auth, request)
  const wish = await request.body(attributes.omit({ id: true }))
  if (wish.phone) throw new AuthError(400, 'phone_provider_disabled', 'Phone numbers are disabled')
  const user = await reload(auth.sql, named(request))
  const passwordHash = await hashOf(auth, wish)
  const changed = await auth.sql.begin(async (sql) => {
    await change(auth, sql, user, wish, passwordHash)
    await audit(auth, sql, request, 'user_modified', user, actor)
    return reload(sql, user.id)
  })
  const to = changed.email
  if (passwordHash && to) auth.afterwards(() => auth.mail(passwordChangedMail({ to, siteUrl: auth.siteUrl })))
  return answer(userBody(changed))
}

async function change(auth: Auth, sql: Sql, user: User, wish: Attributes, passwordHash: string | undefined): Promise<void> {
  const at = auth.now()
  if (wish.email && wish.email !== user.email) await setEmail(sql, user, wish.email, at)
  if (wish.email_confirm) await confirmEmail(sql, await reload(sql, user.id), at, { keepPassword: true })
  await setBan(sql, user, wish, at)
  await sql`
    update auth.users set updated_at = ${at}, role = coalesce(${wish.role ?? null}, role),
      raw_user_meta_data = ${sql.json(mergeMetadata(user.raw_user_meta_data, wish.user_metadata) as Json)},
      raw_app_meta_data = ${sql.json(mergeMetadata(user.raw_app_meta_data, wish.app_metadata) as Json)},
      encrypted_password = coalesce(${passwordHash ?? null}, encrypted_password)
    where id = ${user.id}`
  if (passwordHash) await endSessions(sql, user.id)
}

async function setEmail(sql: Sql, user: User, email: string, at: Date): Promise<void> {
  try {
    await sql`update auth.users set email = ${email}, updated_at = ${at} where id = ${user.id}`
  } catch (error) {
    if (isDuplicate(error, 'users_email_partial_key')) throw new AuthError(422, 'email_exists', DUPLICATE_EMAIL)
    throw error
  }
  await sql`delete from auth.one_time_tokens where user_id = ${user.id}`
  await setEmailIdentity(sql, user, { email, email_verified: user.email_confirmed_at !== null }, at)
}

const deletion = z.object({ should_soft_delete: z.boolean().nullish() })

/** `DELETE /admin/users/:id`. A soft deletion keeps the row for what refers to it, and nothing of the person in it. */
export const deleteUser: Handler = async (auth, request) => {
  const actor = assertAdmin(auth, request)
  const { should_soft_delete } = await request.body(deletion)
  const user = await reload(auth.sql, named(request))
  await auth.sql.begin(async (sql) => {
    await audit(auth, sql, request, 'user_deleted', user, actor)
    if (should_soft_delete) await forget(sql, user, auth.now())
    else await sql`delete from auth.users where id = ${user.id}`
  })
  return answer({})
}

async function forget(sql: Sql, { id }: User, at: Date): Promise<void> {
  await endSessions(sql, id)
  await sql`delete from auth.identities where user_id = ${id}`
  await sql`delete from auth.one_time_tokens where user_id = ${id}`
  await sql`delete from auth.mfa_factors where user_id = ${id}`
  await sql`
    update auth.users set deleted_at = ${at}, updated_at = ${at}, email = ${`deleted-${id}`}, phone = null, encrypted_password = '',
      email_change = '', raw_user_meta_data = '{}', raw_app_meta_data = '{}'
    where id = ${id}`
}
