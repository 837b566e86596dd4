import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { vi } from 'vitest'
import { createAuth } from '../../supabase/local/auth/auth.ts'
import type { MailMessage } from '../../supabase/local/auth/mailLayout.ts'
import { type AuthLimits, type AuthSettings, DEFAULT_AUTH_SETTINGS } from '../../supabase/local/auth/settings.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'

export const SITE = 'https://atrium.example'
export const PASSWORD = 'correct horse 9'

const unlimited = Object.fromEntries(
  Object.keys(DEFAULT_AUTH_SETTINGS.limits).map((name) => [name, { count: 100_000, seconds: 1 }]),
) as unknown as AuthLimits

export interface AuthUnderTest {
  /** Of the service, with its prefix. */
  url: string
  sql: postgres.Sql
  secrets: ReturnType<typeof makeSecrets>
  tokens: ReturnType<typeof createTokens>
  /** All mails so far, and the latest to somebody once it came. */
  mails: MailMessage[]
  mailTo(email: string, subject?: RegExp): Promise<MailMessage>
  /** A browser's client, or with the secret key a server's. */
  client(options?: { key?: string; flowType?: 'implicit' | 'pkce' }): SupabaseClient
  admin: SupabaseClient
  /** A confirmed user and a client that is signed in. */
  signedIn(email?: string): Promise<{ email: string; id: string; client: SupabaseClient }>
  /** A hash as GoTrue and pgcrypto make it. */
  hashBySql(password: string, cost: number): Promise<string>
  /** Lets the service's clock run ahead. */
  advance(seconds: number): void
  /** A text or bytes are sent as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  restart(): Promise<void>
  close(): Promise<void>
}

let count = 0
export const freshEmail = () => `person${++count}@example.com`

/** The auth service on a database of its own, its mails caught, without rate limits unless given. */
export async function startAuth({
  limits,
  ...settings
}: Partial<Omit<AuthSettings, 'limits'>> & { limits?: Partial<AuthLimits> } = {}): Promise<AuthUnderTest> {
  const database = await createDatabase()
  const secrets = makeSecrets()
  const tokens = createTokens(secrets)
  const mails: MailMessage[] = []
  let ahead = 0
  const start = async () => {
    const service = await createAuth({
      databaseUrl: database.url('supabase_auth_admin'),
      tokens,
      secret: secrets.authSecret,
      siteUrl: SITE,
      externalUrl: `${SITE}/auth/v1`,
      settings: { ...DEFAULT_AUTH_SETTINGS, ...settings, limits: { ...unlimited, ...limits } },
      mail: async (message) => void mails.push(message),
      clock: () => new Date(Date.now() + ahead),
    })
    return serve(service)
  }
  let server = await start()
  const sql = postgres(database.url('supabase_admin'), { max: 4, onnotice: () => {} })
  const client: AuthUnderTest['client'] = ({ key = secrets.publishableKey, flowType = 'implicit' } = {}) =>
    createClient(server.url, key, {
      auth: { persistSession: true, storage: memory(), autoRefreshToken: false, flowType, experimental: { recoveryCodes: true } },
    })
  const admin = client({ key: secrets.secretKey })

  const hashBySql = async (password: string, cost: number) => {
    const [row] = await sql<{ hash: string }[]>`select extensions.crypt(${password}, extensions.gen_salt('bf', ${cost})) as hash`
    return row?.hash ?? ''
  }

  return {
    get url() {
      return `${server.url}/auth/v1`
    },
    sql,
    secrets,
    tokens,
    mails,
    client,
    admin,
    mailTo: (email, subject = /./) =>
      vi.waitFor(
        () => {
          const mail = mails.findLast(({ to, subject: its }) => to === email && subject.test(its))
          if (!mail) throw new Error(`No mail to ${email}`)
          return mail
        },
        { timeout: 5000, interval: 10 },
      ),
    async signedIn(email = freshEmail()) {
      // The cheapest hash: what these tests are about is not how long it takes.
      const password_hash = await hashBySql(PASSWORD, 4)
      const { data, error } = await admin.auth.admin.createUser({ email, password_hash, email_confirm: true })
      if (error) throw error
      const person = client()
      const signIn = await person.auth.signInWithPassword({ email, password: PASSWORD })
      if (signIn.error) throw signIn.error
      return { email, id: data.user.id, client: person }
    },
    hashBySql,
    advance(seconds) {
      ahead += seconds * 1000
    },
    post: (path, body, headers = {}) =>
      fetch(`${server.url}/auth/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', apikey: secrets.publishableKey, ...headers },
        body: typeof body === 'string' || body instanceof Buffer ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body),
      }),
    async restart() {
      await server.close()
      server = await start()
    },
    async close() {
      await server.close()
      await sql.end()
      await database.drop()
    },
  }
}

function memory() {
  const values = new Map<string, string>()
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
}

/** The link of a mail, opened on the service under test: the address it names is the site's. */
export async function openLink(auth: AuthUnderTest, mail: MailMessage): Promise<URL> {
  const response = await fetch(linkIn(mail).replace(`${SITE}/auth/v1`, auth.url), { redirect: 'manual' })
  if (response.status !== 303) throw new Error(`${response.status} ${await response.text()}`)
  return new URL(response.headers.get('location') ?? '')
}

export const linkIn = (mail: MailMessage) => /https:\S+\/verify\S*/.exec(mail.text)?.[0] ?? ''
export const codeIn = (mail: MailMessage) => /code: (\d+)/.exec(mail.text)?.[1] ?? ''
export const fragment = (url: URL) => new URLSearchParams(url.hash.slice(1))
