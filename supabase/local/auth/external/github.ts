import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ExternalProvider } from '../settings.ts'
import { fetchJson } from './fetchJson.ts'
import { type Provider, ProviderError } from './provider.ts'

const granted = z.object({ access_token: z.string().max(10_000).optional(), error: z.string().max(200).optional() })
const account = z.object({
  id: z.number().int().positive(),
  login: z.string().max(255),
  name: z.string().max(500).nullish(),
  avatar_url: z.string().max(500).nullish(),
})
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** GitHub, or a GitHub Enterprise Server: OAuth without OpenID Connect, so its API says who came. */
export function createGitHub({ url, apiUrl, clientId, clientSecret }: ExternalProvider): Provider {
  const [site, api] = [url.replace(/\/$/, ''), (apiUrl ?? `${url}/api/v3`).replace(/\/$/, '')]
  return {
    async authorizeUrl(flow, extra) {
      const address = new URL(`${site}/login/oauth/authorize`)
      const parameters = {
        ...extra,
        client_id: clientId,
        redirect_uri: flow.redirectUri,
        scope: 'read:user user:email',
        state: flow.state,
        code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
      return address
    },
    async personOf(flow, { code }) {
      const { access_token, error } = await fetchJson(`${site}/login/oauth/access_token`, granted, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          client_id: clientId,
          client_secret: clientSecret,
          code,
          redirect_uri: flow.redirectUri,
          code_verifier: flow.verifier,
        }),
      })
      // GitHub says what is wrong with status 200.
      if (!access_token) throw new ProviderError(`${site} gives no token: ${error}`)
      const headers = { authorization: `Bearer ${access_token}` }
      const [user, addresses] = await Promise.all([
        fetchJson(`${api}/user`, account, { headers }),
        fetchJson(`${api}/user/emails`, emails, { headers }),
      ])
      const address = addresses.find(({ primary }) => primary)
      return {
        subject: String(user.id),
        email: address?.email,
        emailVerified: address?.verified ?? false,
        name: user.name || user.login,
        data: { iss: api, user_name: user.login, preferred_username: user.login, ...(user.avatar_url && { avatar_url: user.avatar_url }) },
      }
    },
  }
}
