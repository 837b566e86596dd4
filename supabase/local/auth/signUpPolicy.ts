import type { Auth } from './context.ts'
import type { Sql } from './database.ts'
import { AuthError } from './errors.ts'
import { digestBytes } from './sessions.ts'
import type { SignUpPolicy } from './settings.ts'
import type { Metadata } from './users.ts'

/** What counts at the moment: whoever sets an installation up must get in, so before the first account everybody may. */
export async function policyNow({ settings }: Pick<Auth, 'settings'>, sql: Sql): Promise<SignUpPolicy> {
  if (settings.signUp === 'open') return 'open'
  const [somebody] = await sql`select from auth.users where email_confirmed_at is not null limit 1`
  return somebody ? settings.signUp : 'open'
}

/** Whether somebody with this mailbox may have an account.
 *  @param invitation the hash of the token of an invitation that he brings: one by link is for whoever has it */
export async function maySignUp(auth: Auth, sql: Sql, email: string, invitation: Buffer | null): Promise<boolean> {
  const policy = await policyNow(auth, sql)
  if (policy === 'open') return true
  // Asked for everybody, so that it takes as long for each.
  const [answer] = await sql<{ invited: boolean }[]>`select atrium_private.is_invited(${email}, ${invitation}) as invited`
  const isOfDomain = policy !== 'invited' && policy.domains.includes(email.slice(email.lastIndexOf('@') + 1))
  return isOfDomain || answer?.invited === true
}

/** Whether an account may move to this address: where only certain domains make accounts, none gets out of them by a change. */
export const mayMoveTo = async (auth: Auth, sql: Sql, email: string): Promise<boolean> =>
  typeof auth.settings.signUp === 'string' || (await maySignUp(auth, sql, email, null))

export const signUpClosed = () => new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance')

const LONGEST_TOKEN = 200

/** The hash of an invitation's token; null when there is none. */
export const invitationHash = (token: unknown): Buffer | null =>
  typeof token === 'string' && token !== '' && token.length <= LONGEST_TOKEN ? digestBytes(token) : null

/** Takes the token of an invitation out of what comes with a sign-up (`options.data` of supabase-js): metadata travels in every token. */
export function takeInvitation(data: Metadata | undefined): { data: Metadata | undefined; invitation: Buffer | null } {
  const { invite_token, ...rest } = data ?? {}
  return { data: data && rest, invitation: invitationHash(invite_token) }
}
