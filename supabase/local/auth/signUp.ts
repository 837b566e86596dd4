import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { audit } from './audit.ts'
import type { Auth, Handler } from './context.ts'
import type { Sql } from './database.ts'
import { AuthError, invalid } from './errors.ts'
import * as fields from './fields.ts'
import { type Answer, type AuthRequest, answer } from './http.ts'
import { countMail, redirectOf, sendLink } from './links.ts'
import { alreadyRegisteredMail, signUpClosedMail } from './mails.ts'
import { type Challenge, pkceFields } from './pkce.ts'
import { startSession } from './sessions.ts'
import { maySignUp, policyNow, signUpClosed, takeInvitation } from './signUpPolicy.ts'
import {
  confirmEmail,
  insertUnlessKnown,
  insertUser,
  type Metadata,
  mergeMetadata,
  newUser,
  reload,
  type User,
  userBody,
  userByEmail,
} from './users.ts'

const signUpBody = z.object({
  email: fields.email.nullish(),
  phone: z.string().max(50).nullish(),
  password: fields.password.nullish(),
  data: fields.metadata,
  ...pkceFields,
})

interface Wish {
  person: User
  invitation: Buffer | null
}

/** `POST /signup`. Where mailboxes are confirmed, the answer for a known address, and for one that may have no account, is that for a
 *  new one, at the same time. */
export const signUp: Handler = async (auth, request) => {
  const { data, ...body } = await request.body(signUpBody)
  const wish = takeInvitation(data)
  if (body.phone) throw new AuthError(400, 'phone_provider_disabled', 'Phone signups are disabled')
  if (!body.email && !body.password) return signUpAnonymously(auth, request, wish.data)
  if (!body.email) throw invalid('To sign up, please provide your email')
  if (!body.password) throw invalid('Signup requires a valid password')
  auth.passwords.check(body.password)
  const person = newUser({ id: crypto.randomUUID(), email: body.email, userMetadata: wish.data, at: auth.now() })
  await auth.limits.take('signUpPerAddress', request.address)
  if (!auth.settings.confirmEmail) return signUpAtOnce(auth, request, { person, ...wish }, body.password)
  await countMail(auth, request, 'signup', body.email)
  return onGrid(() => signUpByMail(auth, request, { person, ...wish }, body.password ?? '', body))
}

/** Registers somebody who has to prove his mailbox. */
async function signUpByMail(auth: Auth, request: AuthRequest, wish: Wish, password: string, challenge: Challenge): Promise<Answer> {
  const { person, invitation } = wish
  const email = person.email ?? ''
  person.encrypted_password = await auth.passwords.hash(password)
  const note = (sql: Sql) => audit(auth, sql, request, 'user_confirmation_requested', person)
  const isAdmitted = await maySignUp(auth, auth.sql, email, invitation)
  const known = (await userByEmail(auth.sql, email)) ?? (isAdmitted ? await insertUnlessKnown(auth.sql, person, note) : undefined)
  if (known || !isAdmitted) await rehearse(auth, person)
  auth.afterwards(async () => {
    if (known?.email_confirmed_at) return auth.mail(alreadyRegisteredMail({ to: email, siteUrl: auth.siteUrl }))
    if (!known && !isAdmitted) return auth.mail(signUpClosedMail({ to: email, policy: auth.settings.signUp }))
    // Nobody has proved to own the mailbox yet, so the latest sign-up counts: whoever came first may have been somebody else.
    if (known) await replaceSignUp(auth, known, person)
    await sendLink(auth, known ?? person, { type: 'signup', redirectTo: redirectOf(request), challenge })
  })
  return answer(userBody({ ...person, confirmation_sent_at: person.created_at }))
}

class Rehearsed extends Error {}

/** Makes a user and takes him back, so that what the database refuses (a trigger may check the name) is refused for a known address too. */
async function rehearse(auth: Auth, person: User): Promise<void> {
  const domain = person.email?.split('@').at(-1) ?? ''
  const performance = auth.sql.begin(async (sql) => {
    await insertUser(sql, { ...person, email: `${person.id}@${domain.slice(-200)}` })
    await sql`set constraints all immediate`
    throw new Rehearsed()
  })
  await performance.catch((error: unknown) => {
    if (!(error instanceof Rehearsed)) throw error
  })
}

async function replaceSignUp(auth: Auth, known: User, person: User): Promise<void> {
  await auth.sql`
    update auth.users set encrypted_password = ${person.encrypted_password}, updated_at = ${auth.now()},
      raw_user_meta_data = ${auth.sql.json(mergeMetadata(known.raw_user_meta_data, person.raw_user_meta_data ?? {}))}
    where id = ${known.id} and email_confirmed_at is null`
}

async function signUpAtOnce(auth: Auth, request: AuthRequest, { person, invitation }: Wish, password: string): Promise<Answer> {
  if (!(await maySignUp(auth, auth.sql, person.email ?? '', invitation))) throw signUpClosed()
  person.encrypted_password = await auth.passwords.hash(password)
  const session = await auth.sql.begin(async (sql) => {
    await insertUser(sql, person).catch((error: unknown) => {
      if (error instanceof AuthError && error.code === 'email_exists')
        throw new AuthError(422, 'user_already_exists', 'User already registered')
      throw error
    })
    await confirmEmail(sql, person, auth.now(), { keepPassword: true })
    await audit(auth, sql, request, 'user_signedup', person)
    return startSession(auth, sql, await reload(sql, person.id), 'password', request)
  })
  return answer(session)
}

async function signUpAnonymously(auth: Auth, request: AuthRequest, data: Metadata | undefined): Promise<Answer> {
  if ((await policyNow(auth, auth.sql)) !== 'open') throw signUpClosed()
  if (!auth.settings.anonymousSignIns) throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled')
  await auth.limits.take('signInPerAddress', request.address)
  const person = newUser({ id: crypto.randomUUID(), userMetadata: data, at: auth.now() })
  const session = await auth.sql.begin(async (sql) => {
    await insertUser(sql, person)
    await audit(auth, sql, request, 'user_signedup', person)
    return startSession(auth, sql, person, 'anonymous', request)
  })
  return answer(session)
}

const GRID_MS = 250

/** Answers at the next tick of a coarse clock that starts with the work, so that a known address, which is less work, is not faster. */
async function onGrid(work: () => Promise<Answer>): Promise<Answer> {
  const start = performance.now()
  try {
    return await work()
  } finally {
    await wait(GRID_MS - ((performance.now() - start) % GRID_MS))
  }
}
