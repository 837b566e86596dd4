import { audit } from '../audit.ts'
import type { Auth, Handler } from '../context.ts'
import { AuthError, publicError } from '../errors.ts'
import { type AuthRequest, seeOther } from '../http.ts'
import { issueCode } from '../pkce.ts'
import { withFragment, withMessage, withQuery } from '../redirects.ts'
import { banned, digest, startSession } from '../sessions.ts'
import { isBanned } from '../users.ts'
import { accountFor } from './account.ts'
import { flowSecrets, providerIn } from './authorize.ts'
import { browserOf } from './browser.ts'
import type { Person } from './provider.ts'

/** How long somebody may take at the provider. */
const FLOW_SECONDS = 900

interface FlowRow {
  id: string
  provider_type: string
  referrer: string
  code_challenge: string | null
  browser_hash: string
  invite_token: string | null
}

/** `GET /callback?code=&state=`: the browser comes back from a provider. It goes on to where the sign-in was begun, with tokens in the
 *  fragment, or with a code for who began a PKCE flow, or with an error. */
export const callback: Handler = async (auth, request) => {
  const flow = await takeFlow(auth, request)
  const isPkce = flow?.code_challenge !== null
  try {
    if (!flow) throw new AuthError(400, 'bad_oauth_state', 'This sign-in was not begun in this browser, or too long ago. Please try again.')
    const person = await personBehind(auth, request, flow)
    return seeOther(await signIn(auth, request, flow, person))
  } catch (error) {
    const refusal = publicError(error)
    if (refusal.status >= 500)
      console.error(`auth: ${flow?.provider_type}:`, error instanceof Error ? (error.cause ?? error.message) : error)
    const values = {
      error: refusal.status >= 500 ? 'server_error' : 'access_denied',
      error_code: refusal.code,
      error_description: refusal.message,
    }
    return seeOther(withMessage(flow?.referrer ?? auth.siteUrl, isPkce, values))
  }
}

/** The flow that a state belongs to, in the browser where it was begun. A state counts once. */
async function takeFlow(auth: Auth, request: AuthRequest): Promise<FlowRow | undefined> {
  await auth.limits.take('verifyPerAddress', request.address)
  const [state, mark] = [request.query.get('state') ?? '', browserOf(auth, request)]
  if (!mark || state.length > 512) return undefined
  const since = new Date(auth.now().getTime() - FLOW_SECONDS * 1000)
  const [flow] = await auth.sql<FlowRow[]>`
    update auth.flow_state set state_hash = null, updated_at = ${auth.now()}
    where state_hash = ${digest(state)} and browser_hash = ${digest(mark)} and created_at > ${since}
    returning id, provider_type, referrer, code_challenge, browser_hash, invite_token`
  return flow
}

async function personBehind(auth: Auth, { query }: AuthRequest, { id, provider_type }: FlowRow): Promise<Person> {
  const error = query.get('error')
  if (error !== null) {
    // Words of a stranger: anybody can write an address that leads here.
    const told = /^[a-z_]{1,50}$/.test(error) ? error : 'error'
    throw new AuthError(
      400,
      'bad_oauth_callback',
      told === 'access_denied' ? 'The sign-in was cancelled.' : `The sign-in service answered: ${told}`,
    )
  }
  const code = query.get('code')
  if (!code || code.length > 4096) throw new AuthError(400, 'bad_oauth_callback', 'The sign-in service sent no code')
  const { provider } = providerIn(auth, provider_type)
  return provider.personOf(flowSecrets(auth, id), { code, issuer: query.get('iss') })
}

async function signIn(auth: Auth, request: AuthRequest, flow: FlowRow, person: Person): Promise<string> {
  const invitation = flow.invite_token === null ? null : Buffer.from(flow.invite_token, 'base64url')
  const user = await accountFor(auth, request, flow.provider_type, { ...person, invitation })
  if (isBanned(user, auth.now())) throw banned()
  return auth.sql.begin(async (sql) => {
    await audit(auth, sql, request, 'login', user)
    if (flow.code_challenge !== null) {
      await sql`update auth.flow_state set user_id = ${user.id} where id = ${flow.id}`
      return withQuery(flow.referrer, { code: await issueCode(auth, sql, flow.id) })
    }
    await sql`delete from auth.flow_state where id = ${flow.id}`
    const { user: _, ...tokens } = await startSession(auth, sql, user, 'oauth', request)
    return withFragment(flow.referrer, { ...tokens, sb: '' })
  })
}
