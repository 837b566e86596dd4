import { AuthError } from '../errors.ts'

/** What a provider says about somebody. */
export interface Person {
  /** Never changes, and is nobody else's at this provider. */
  subject: string
  email: string | undefined
  /** Whether the provider vouches that the mailbox is his. */
  emailVerified: boolean
  name: string | undefined
  /** What else is kept of it, as GoTrue names it. */
  data: Record<string, string>
}

/** One sign-in under way. */
export interface Flow {
  redirectUri: string
  state: string
  /** Comes back in the ID token, which therefore belongs to this sign-in. */
  nonce: string
  /** Proves to the provider that who asks for the token began the sign-in. */
  verifier: string
}

/** A service where people have an account already. */
export interface Provider {
  /** Where the browser is sent. `extra` are parameters such as `login_hint`. */
  authorizeUrl(flow: Flow, extra: Record<string, string>): Promise<URL>
  /** Who came back with this code. Throws when the provider or what it says is not to be trusted. */
  personOf(flow: Omit<Flow, 'state'>, callback: { code: string; issuer: string | null }): Promise<Person>
}

/** What went wrong at the provider, for the person; what exactly is in `cause`, for the log. */
export class ProviderError extends AuthError {
  constructor(cause: string) {
    super(500, 'unexpected_failure', 'The sign-in service did not answer as it should. Please try again.')
    this.cause = cause
  }
}
