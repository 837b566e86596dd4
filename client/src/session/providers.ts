import { auth, authorised } from '../supabase.ts'
import { askAuth } from './askAuth.ts'

/** An account elsewhere by which people sign in here. */
export interface Provider {
  /** As the auth service knows it. */
  name: string
  label: string
}

/** What `GET /auth/v1/settings` says of ways in. */
export interface SignInSettings {
  external: Record<string, boolean>
  /** Who may make an account; absent on other servers than our own. */
  sign_up?: 'open' | 'invited' | 'domains'
  sign_up_domains?: string[]
  disable_signup?: boolean
  /** In seconds; null where sessions do not end by themselves, absent on other servers. */
  session_timebox?: number | null
  session_inactivity_timeout?: number | null
  /** Whether a new address counts without being confirmed. */
  mailer_autoconfirm?: boolean
}

/** Ways in that are no provider. */
const ownWays = ['email', 'phone', 'anonymous_users']
const labels: Record<string, string> = { google: 'Google', github: 'GitHub' }

/** The providers that are switched on, by label. */
export function providersOf({ external }: Pick<SignInSettings, 'external'>): Provider[] {
  return Object.keys(external)
    .filter((name) => external[name] && !ownWays.includes(name))
    .map((name) => ({ name, label: labels[name] ?? name.replace(/^./, (first) => first.toUpperCase()) }))
    .toSorted((one, other) => one.label.localeCompare(other.label))
}

export const readSignInSettings = (): Promise<SignInSettings> => askAuth('GET', '/settings')

/** The token of the invitation to which a path leads. */
export const invitationIn = (path: string): string | undefined => /^\/invite\/([\w-]+)$/.exec(path)?.[1]

/** Leaves for the provider's page; the browser comes back to `path` signed in, or with an error code in the fragment.
 *  @param invitation the token that lets somebody new in where an invitation is needed
 *  @throws {ProblemError} */
export async function signInWith({ name }: Provider, path: string, invitation: string | undefined): Promise<void> {
  // auth-js knows a few by name; any other is its server's own.
  const provider = name === 'google' || name === 'github' ? name : (`custom:${name}` as const)
  const options = { redirectTo: location.origin + path, queryParams: invitation ? { invite_token: invitation } : {} }
  authorised(await auth.signInWithOAuth({ provider, options }))
}
