import type { Plugin } from 'vite'

/** What auth-js carries and this client never calls: the administration of users, which needs the secret key, and passkeys. */
const unused: Record<string, string> = {
  './GoTrueAdminApi': 'export default class GoTrueAdminApi {}',
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
}

/** Leaves those parts out of the bundle: some 6 kB of every first visit (brotli). auth-js makes them in its constructor, so the bundler
 *  cannot. An import that a new version adds fails the build by its missing export. */
export function leanAuth(): Plugin {
  const mark = '\0lean-auth:'
  return {
    name: 'atrium-lean-auth',
    apply: 'build',
    enforce: 'pre',
    resolveId(source, importer) {
      return importer?.includes('/@supabase/auth-js/') && source in unused ? mark + source : null
    },
    load(id) {
      return id.startsWith(mark) ? (unused[id.slice(mark.length)] ?? null) : null
    },
  }
}
