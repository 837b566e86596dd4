import type { Plugin } from 'vite'

/** What auth-js carries and this client never calls: the administration of users, which needs the secret key, passkeys and wallets. What
 *  stays of the first is `signOut`, which ends one's own session. */
const lean: Record<string, string> = {
  './GoTrueAdminApi': `
    import { isAuthError } from '@supabase/auth-js/dist/module/lib/errors.js'
    import { _request } from '@supabase/auth-js/dist/module/lib/fetch.js'
    export default class GoTrueAdminApi {
      constructor(options) {
        this.options = options
      }
      async signOut(jwt, scope = 'global') {
        const { url, headers, fetch } = this.options
        try {
          await _request(fetch, 'POST', url + '/logout?scope=' + scope, { headers, jwt, noResolveJson: true })
          return { data: null, error: null }
        } catch (error) {
          if (isAuthError(error)) return { data: null, error }
          throw error
        }
      }
    }`,
  './lib/webauthn': `
    const refuse = () => { throw new Error('This client is built without passkeys') }
    export class WebAuthnApi {}
    export const webAuthnAbortService = { createNewAbortSignal: refuse, cancelCeremony() {} }
    export const browserSupportsWebAuthn = () => false
    export {
      refuse as createCredential,
      refuse as getCredential,
      refuse as deserializeCredentialCreationOptions,
      refuse as deserializeCredentialRequestOptions,
      refuse as serializeCredentialCreationResponse,
      refuse as serializeCredentialRequestResponse,
    }`,
  './lib/web3/ethereum': `
    const refuse = () => { throw new Error('This client is built without wallets') }
    export { refuse as createSiweMessage, refuse as fromHex, refuse as getAddress, refuse as toHex }`,
}

/** Leaves those parts out of the bundle: some 7 kB of every first visit (brotli). auth-js makes them in its constructor, so the bundler
 *  cannot. An import that a new version adds fails the build by its missing export. */
export function leanAuth(): Plugin {
  const mark = '\0lean-auth:'
  return {
    name: 'atrium-lean-auth',
    apply: 'build',
    enforce: 'pre',
    resolveId(source, importer) {
      return importer?.includes('/@supabase/auth-js/') && source in lean ? mark + source : null
    },
    load(id) {
      return id.startsWith(mark) ? (lean[id.slice(mark.length)] ?? null) : null
    },
  }
}
