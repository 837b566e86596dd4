import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Auth } from './context.ts'
import type { Sql } from './database.ts'
import { AuthError } from './errors.ts'
import { digest, type Method } from './sessions.ts'

/** What supabase-js adds to a request in its PKCE flow; both or none. */
export const pkceFields = {
  code_challenge: z
    .string()
    .regex(/^[\w.~-]{43,128}$/, 'must be 43 to 128 characters of the PKCE alphabet')
    .nullish(),
  code_challenge_method: z
    .string()
    .transform((method) => method.toLowerCase())
    .pipe(z.enum(['s256', 'plain']))
    .nullish(),
}

export interface Challenge {
  code_challenge?: string | null | undefined
  code_challenge_method?: 's256' | 'plain' | null | undefined
}

/** How long a code from a redirect may be exchanged. */
const CODE_SECONDS = 300

/** Begins a flow whose link will lead back with a code instead of tokens. Null without a challenge. */
export async function beginFlow(auth: Auth, sql: Sql, userId: string, method: Method, challenge: Challenge): Promise<string | null> {
  if (!challenge.code_challenge) return null
  const id = crypto.randomUUID()
  const at = auth.now()
  await sql`
    insert into auth.flow_state (id, user_id, code_challenge, code_challenge_method, provider_type, authentication_method, created_at, updated_at)
    values (${id}, ${userId}, ${challenge.code_challenge}, ${challenge.code_challenge_method ?? 'plain'}, 'email', ${method}, ${at}, ${at})`
  return id
}

/** The code for the redirect, in place of tokens. */
export async function issueCode(auth: Auth, sql: Sql, flowId: string): Promise<string> {
  const code = randomBytes(24).toString('base64url')
  const at = auth.now()
  await sql`update auth.flow_state set auth_code = ${digest(code)}, auth_code_issued_at = ${at}, updated_at = ${at} where id = ${flowId}`
  return code
}

/** Takes a code back from whoever began the flow. It works once, also when the verifier is wrong. */
export async function takeCode(auth: Auth, code: string, verifier: string): Promise<{ userId: string; method: Method }> {
  const [flow] = await auth.sql<
    {
      user_id: string | null
      code_challenge: string
      code_challenge_method: string
      authentication_method: Method
      auth_code_issued_at: Date
    }[]
  >`delete from auth.flow_state where auth_code = ${digest(code)}
    returning user_id, code_challenge, code_challenge_method, authentication_method, auth_code_issued_at`
  if (!flow?.user_id) throw new AuthError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found')
  if (auth.now().getTime() > flow.auth_code_issued_at.getTime() + CODE_SECONDS * 1000)
    throw new AuthError(422, 'flow_state_expired', 'invalid flow state, flow state has expired')
  const given = flow.code_challenge_method === 's256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  if (!isSame(given, flow.code_challenge))
    throw new AuthError(400, 'bad_code_verifier', 'code challenge does not match previously saved code verifier')
  return { userId: flow.user_id, method: flow.authentication_method }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
