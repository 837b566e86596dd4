import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Auth, Handler } from '../context.ts'
import { AuthError, invalid } from '../errors.ts'
import { type AuthRequest, seeOther } from '../http.ts'
import { pkceFields } from '../pkce.ts'
import { allowedRedirect, withMessage } from '../redirects.ts'
import { digest } from '../sessions.ts'
import { invitationHash } from '../signUpPolicy.ts'
import { markBrowser } from './browser.ts'
import { type Flow, type Provider, ProviderError } from './provider.ts'

/** What an application may pass on to a provider; everything that secures the sign-in is ours. */
const PASSED_ON = ['prompt', 'login_hint', 'hd', 'domain_hint', 'ui_locales']
const LONGEST = 200

const query = z.object({ provider: z.string().max(100).default(''), invite_token: z.string().max(LONGEST).optional(), ...pkceFields })

/** `GET /authorize?provider=&redirect_to=&code_challenge=&invite_token=`: sends the browser to a provider, or back with an error when that does not answer. */
export const authorize: Handler = async (auth, request) => {
  const parsed = query.safeParse(Object.fromEntries(request.query))
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`)
  const { name, provider } = providerIn(auth, parsed.data.provider)
  await auth.limits.take('signInPerAddress', request.address)
  const target = allowedRedirect(auth, request.query.get('redirect_to'))
  const [id, state, at] = [crypto.randomUUID(), randomBytes(32).toString('base64url'), auth.now()]
  const browser = markBrowser(auth, request)
  const { code_challenge = null, code_challenge_method, invite_token } = parsed.data
  let url: URL
  try {
    url = await provider.authorizeUrl({ ...flowSecrets(auth, id), state }, passedOn(request))
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    console.error(`auth: ${name}:`, error.cause)
    const values = { error: 'server_error', error_code: error.code, error_description: error.message }
    return seeOther(withMessage(target, code_challenge !== null, values))
  }
  await auth.sql`
    insert into auth.flow_state (id, provider_type, authentication_method, created_at, updated_at, referrer, code_challenge,
      code_challenge_method, state_hash, browser_hash, invite_token)
    values (${id}, ${name}, 'oauth', ${at}, ${at}, ${target}, ${code_challenge},
      ${code_challenge && (code_challenge_method ?? 'plain')}, ${digest(state)}, ${browser.hash},
      ${invitationHash(invite_token)?.toString('base64url') ?? null})`
  return { status: 302, headers: { location: url.href, 'set-cookie': browser.cookie, 'referrer-policy': 'no-referrer' } }
}

/** A provider by its name, also with supabase-js' prefix for those that it does not know. */
export function providerIn(auth: Auth, asked: string): { name: string; provider: Provider } {
  const name = asked.replace(/^custom:/, '')
  const provider = auth.providers.get(name)
  if (!provider) throw new AuthError(400, 'validation_failed', 'Unsupported provider: provider is not enabled')
  return { name, provider }
}

/** What only this service and the provider may know of a sign-in. Computed from its id, so that the database need not hold it. */
export const flowSecrets = (auth: Auth, id: string): Omit<Flow, 'state'> => ({
  redirectUri: `${auth.externalUrl}/callback`,
  nonce: auth.vault.fingerprint(id, 'nonce'),
  verifier: auth.vault.fingerprint(id, 'verifier'),
})

function passedOn({ query }: AuthRequest): Record<string, string> {
  const pairs = PASSED_ON.map((name) => [name, query.get(name)] as const)
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== null && pair[1].length <= LONGEST))
}
