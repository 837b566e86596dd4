import type { Tokens } from '../tokens.ts'
import type { Pool } from './database.ts'
import type { Providers } from './external/providers.ts'
import type { Answer, AuthRequest } from './http.ts'
import type { MailMessage } from './mailLayout.ts'
import type { Passwords } from './passwords.ts'
import type { RateLimits } from './rateLimits.ts'
import type { AuthSettings } from './settings.ts'
import type { Vault } from './vault.ts'

/** What every flow is given. */
export interface Auth {
  sql: Pool
  settings: AuthSettings
  tokens: Tokens
  /** Where people are sent, without a trailing slash. */
  siteUrl: string
  /** Where this service answers: `https://…/auth/v1`. */
  externalUrl: string
  now(): Date
  limits: RateLimits
  passwords: Passwords
  vault: Vault
  providers: Providers
  mail(message: MailMessage): Promise<void>
  /** Does work when the answer is on its way, so that the time of the answer does not tell what the work was. */
  afterwards(work: () => Promise<void>): void
}

export type Handler = (auth: Auth, request: AuthRequest) => Promise<Answer>
