import type { ExternalProvider } from '../settings.ts'
import { createGitHub } from './github.ts'
import { createOidc } from './oidc.ts'
import type { Provider } from './provider.ts'

/** By the names under which people are sent to them. */
export type Providers = ReadonlyMap<string, Provider>

export const createProviders = (settings: Readonly<Record<string, ExternalProvider>>): Providers =>
  new Map(
    Object.entries(settings).map(([name, provider]) => [name, provider.kind === 'github' ? createGitHub(provider) : createOidc(provider)]),
  )
