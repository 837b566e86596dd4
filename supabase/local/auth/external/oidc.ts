import { createHash } from 'node:crypto'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { ExternalProvider } from '../settings.ts'
import { fetchJson } from './fetchJson.ts'
import { type Person, type Provider, ProviderError } from './provider.ts'

const discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
})
type Discovery = z.infer<typeof discovery>

const tokens = z.object({ id_token: z.string().max(100_000), access_token: z.string().max(100_000).optional() })

const text = z
  .string()
  .transform((value) => value.slice(0, 500))
  .optional()
  .catch(undefined)
const claimsOfPerson = z.object({
  sub: z.string().min(1).max(255),
  email: text,
  // Some send it as text.
  email_verified: z.union([z.boolean(), z.string().transform((value) => value === 'true')]).catch(false),
  name: text,
  preferred_username: text,
  picture: text,
})
type Claims = z.infer<typeof claimsOfPerson>

/** Only signatures that the provider's public keys verify: never a shared secret, never none. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const DISCOVERY_MS = 3_600_000
const CLOCK_SECONDS = 60

/** Any provider of OpenID Connect, Google among them: what it is comes from its discovery document, who it is from `url` alone. */
export function createOidc({ url: issuer, clientId, clientSecret }: ExternalProvider): Provider {
  let known: { at: number; document: Discovery; keys: ReturnType<typeof createRemoteJWKSet> } | undefined

  async function discover() {
    if (known && Date.now() < known.at + DISCOVERY_MS) return known
    const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, discovery)
    if (document.issuer !== issuer) throw new ProviderError(`${issuer} calls itself ${document.issuer}`)
    for (const endpoint of [
      document.authorization_endpoint,
      document.token_endpoint,
      document.jwks_uri,
      document.userinfo_endpoint ?? issuer,
    ])
      if (new URL(issuer).protocol === 'https:' && new URL(endpoint).protocol !== 'https:')
        throw new ProviderError(`${endpoint} is not encrypted`)
    known = { at: Date.now(), document, keys: createRemoteJWKSet(new URL(document.jwks_uri)) }
    return known
  }

  async function exchange(document: Discovery, code: string, flow: { redirectUri: string; verifier: string }) {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: flow.redirectUri,
      code_verifier: flow.verifier,
    })
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
    // Both are widely supported, and the first one named works best.
    const method = document.token_endpoint_auth_methods_supported.find((method) => /^client_secret_(basic|post)$/.test(method))
    if (method !== 'client_secret_post') {
      const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
      headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    } else {
      form.set('client_id', clientId)
      form.set('client_secret', clientSecret)
    }
    return fetchJson(document.token_endpoint, tokens, { method: 'POST', headers, body: form })
  }

  return {
    async authorizeUrl(flow, extra) {
      const { document } = await discover()
      const url = new URL(document.authorization_endpoint)
      const parameters = {
        ...extra,
        response_type: 'code',
        client_id: clientId,
        redirect_uri: flow.redirectUri,
        scope: 'openid email profile',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return url
    },
    async personOf(flow, { code, issuer: answering }) {
      const { document, keys } = await discover()
      // RFC 9207: with several providers, one must not pass on the code of another.
      if (answering !== null ? answering !== issuer : document.authorization_response_iss_parameter_supported)
        throw new ProviderError(`${answering} answered in place of ${issuer}`)
      const { id_token, access_token } = await exchange(document, code, flow)
      const token = await jwtVerify(id_token, keys, {
        issuer,
        audience: clientId,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: CLOCK_SECONDS,
      }).catch((error: unknown) => {
        throw new ProviderError(
          `the ID token of ${issuer}: ${error instanceof errors.JOSEError ? `${error.code} ${error.message}` : error}`,
        )
      })
      const { nonce, azp } = token.payload
      if (nonce !== flow.nonce) throw new ProviderError(`the ID token of ${issuer} belongs to another sign-in`)
      if (azp !== undefined && azp !== clientId) throw new ProviderError(`the ID token of ${issuer} was made for ${azp}`)
      const { data: claims } = claimsOfPerson.safeParse(token.payload)
      if (!claims) throw new ProviderError(`the ID token of ${issuer} names nobody`)
      if (claims.email !== undefined || !document.userinfo_endpoint || !access_token) return person(issuer, claims)
      const info = await fetchJson(document.userinfo_endpoint, claimsOfPerson, { headers: { authorization: `Bearer ${access_token}` } })
      if (info.sub !== claims.sub) throw new ProviderError(`${issuer} tells about somebody else than who signed in`)
      return person(issuer, info)
    },
  }
}

function person(issuer: string, { sub, email, email_verified, name, preferred_username, picture }: Claims): Person {
  const data = { iss: issuer, preferred_username, avatar_url: picture }
  return {
    subject: sub,
    email,
    emailVerified: email_verified,
    name: name ?? preferred_username,
    data: Object.fromEntries(Object.entries(data).filter((pair): pair is [string, string] => pair[1] !== undefined)),
  }
}
