import { auth, authorised } from '../supabase.ts'
import { askAuth } from './askAuth.ts'

/** An account elsewhere by which people sign in here. */
export interface Provider {
  /** As the auth service knows it. */
  name: string
  label: string
}

/** What `GET /auth/v1/settings` says of sign-in methods. */
export interface SignInSettings {
  external: Record<string, boolean>
}

/** Ways in that are no provider. */
const ownWays = ['email', 'phone', 'anonymous_users']
const labels: Record<string, string> = { google: 'Google', github: 'GitHub' }

/** The providers that are switched on, by label. */
export function providersOf({ external }: SignInSettings): Provider[] {
  return Object.keys(external)
    .filter((name) => external[name] && !ownWays.includes(name))
    .map((name) => ({ name, label: labels[name] ?? name.replace(/^./, (first) => first.toUpperCase()) }))
    .toSorted((one, other) => one.label.localeCompare(other.label))
}

export const readProviders = async (): Promise<Provider[]> => providersOf(await askAuth<SignInSettings>('GET', '/settings'))

/** Leaves for the provider's page; the browser comes back to `path` signed in, or with an error code in the fragment.
 *  @throws {ProblemError} */
export async function signInWith({ name }: Provider, path: string): Promise<void> {
  // auth-js knows a few by name; any other is its server's own.
  const provider = name === 'google' || name === 'github' ? name : (`custom:${name}` as const)
  authorised(await auth.signInWithOAuth({ provider, options: { redirectTo: location.origin + path } }))
}
