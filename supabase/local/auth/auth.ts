import type { Service } from '../service.ts'
import type { Tokens } from '../tokens.ts'
import type { Auth, Handler } from './context.ts'
import { openCounters, openDatabase } from './database.ts'
import { AuthError, publicError } from './errors.ts'
import { createProviders } from './external/providers.ts'
import { type AuthRequest, proxyList, readRequest, sendAnswer, sendError } from './http.ts'
import type { MailMessage } from './mailLayout.ts'
import { createPasswords } from './passwords.ts'
import { createRateLimits } from './rateLimits.ts'
import { routes } from './routes.ts'
import type { AuthSettings } from './settings.ts'
import { sweep } from './sweep.ts'
import { createVault } from './vault.ts'

export interface AuthOptions {
  /** As supabase_auth_admin. */
  databaseUrl: string
  tokens: Tokens
  /** Of the installation: encrypts what the database must not know, such as the secrets of second factors. */
  secret: string
  /** Where people are sent, and where links may always lead. */
  siteUrl: string
  /** Where this service answers, as a browser reaches it: `https://…/auth/v1`. Links in mails begin with it. */
  externalUrl: string
  settings: AuthSettings
  mail(message: MailMessage): Promise<void>
  /** The current time. */
  clock?: () => Date
}

const SWEEP_MS = 600_000

/** Accounts and sessions, with the API of Supabase Auth: what supabase-js' `auth` speaks. */
export async function createAuth({
  databaseUrl,
  tokens,
  secret,
  siteUrl,
  externalUrl,
  settings,
  mail,
  clock,
}: AuthOptions): Promise<Service> {
  const sql = openDatabase(databaseUrl)
  const counters = openCounters(databaseUrl)
  const now = clock ?? (() => new Date())
  const underWay = new Set<Promise<void>>()
  const inBackground = (work: Promise<void>) => {
    const settled = work
      .catch((error: unknown) => console.error('auth: work after an answer failed:', error instanceof Error ? error.message : error))
      .finally(() => underWay.delete(settled))
    underWay.add(settled)
  }
  const auth: Omit<Auth, 'afterwards'> = {
    sql,
    settings,
    tokens,
    siteUrl: siteUrl.replace(/\/+$/, ''),
    externalUrl: externalUrl.replace(/\/+$/, ''),
    now,
    limits: createRateLimits(counters, settings.limits, now),
    passwords: await createPasswords({ minimumLength: settings.minimumPasswordLength }),
    vault: createVault(secret),
    providers: createProviders(settings.providers),
    mail,
  }
  const prefix = new URL(auth.externalUrl).pathname.replace(/\/$/, '')
  const proxies = proxyList(settings.trustedProxies)
  const timer = setInterval(() => inBackground(sweep(auth)), SWEEP_MS).unref()

  return {
    async handle(request, response) {
      const later: (() => Promise<void>)[] = []
      try {
        const read = readRequest(request, prefix, proxies)
        assertKnownKey(tokens, read)
        sendAnswer(response, await handlerOf(read)({ ...auth, afterwards: (work) => later.push(work) }, read))
        for (const work of later) inBackground(work())
      } catch (error) {
        const refusal = publicError(error)
        if (refusal.status >= 500) console.error('auth:', error instanceof Error ? (error.cause ?? error.message) : error)
        if (!response.headersSent) sendError(request, response, refusal)
      }
    },
    async close() {
      clearInterval(timer)
      await Promise.all(underWay)
      await Promise.all([sql.end({ timeout: 5 }), counters.end({ timeout: 5 })])
    },
  }
}

/** No key is anonymous; a wrong one is a mistake that should not go unseen. */
function assertKnownKey(tokens: Tokens, { headers }: AuthRequest): void {
  if (typeof headers.apikey !== 'string') return
  try {
    tokens.callerOf({ apikey: headers.apikey })
  } catch {
    throw new AuthError(401, 'no_authorization', 'Invalid API key')
  }
}

function handlerOf({ method, path }: AuthRequest): Handler {
  const here = routes.filter(([, pattern]) => pattern.test(path))
  if (here.length === 0) throw new AuthError(404, 'not_found', 'There is nothing at this address')
  const route = here.find(([verb]) => verb === method)
  if (!route) throw new AuthError(405, 'method_not_allowed', `This address answers ${here.map(([verb]) => verb).join(', ')}`)
  return route[2]
}
