import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { CLIENT_BUILD } from '../build.ts'
import { readConfig } from '../config.ts'
import { createMailbox } from '../mailbox/mailbox.ts'
import type { Service } from '../service.ts'
import { createTokens } from '../tokens.ts'
import { createClient } from './client.ts'
import { databaseUrl, type GatewayConfiguration } from './configuration.ts'
import { createGateway, type Gateway, type Route } from './gateway.ts'
import { createHealth } from './health.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

interface Services {
  routes: Route[]
  mailbox: (Service & { smtpUrl: string }) | undefined
  /** Speaks as the worker's login: enqueues mails and asks whether the database answers. */
  sql: Sql
}

export interface ServeOptions {
  log(line: string): void
  /** The parts that cannot be asked over a socket, and whether they are up. */
  others(): Record<string, boolean>
}

/** Makes every service that runs in the gateway's process, and listens. */
export async function serve(configuration: GatewayConfiguration, { log, others }: ServeOptions): Promise<Gateway> {
  const { collabSocket, secrets, host, port, trustedProxies } = configuration
  const { routes, mailbox, sql } = await createServices(configuration, log)
  const gateway = await createGateway({
    host,
    port,
    routes,
    mailbox,
    collabSocket,
    trustedProxies,
    client: createClient({ directory: CLIENT_BUILD, publishableKey: secrets.publishableKey }),
    health: createHealth({ sql, collabSocket, others }),
    log,
  })
  return {
    url: gateway.url,
    async close() {
      await gateway.close()
      await sql.end({ timeout: 1 })
    },
  }
}

async function createServices(configuration: GatewayConfiguration, log: (line: string) => void): Promise<Services> {
  const { secrets, siteUrl, dataDirectory, runDirectory, mailboxPort } = configuration
  const config = readConfig()
  const tokens = createTokens(secrets)
  const url = (login: string) => databaseUrl(configuration, login)
  const sql = postgres(url('atrium_worker'), { max: 2, onnotice: () => {}, connection: { application_name: 'gateway' } })
  const routes: Route[] = []
  async function mount(prefix: string, file: string, name: string, options: object, bytes?: number) {
    const path = new URL(file, import.meta.url)
    if (!existsSync(path)) return log(`${prefix}: not there yet`)
    try {
      const module = (await import(path.href)) as Record<string, (options: object) => Promise<Service>>
      const service = await module[name]?.(options)
      if (service) routes.push({ prefix, service, ...(bytes ? { body: { bytes, milliseconds: 30_000 } } : {}) })
    } catch (error) {
      log(`${prefix}: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  const MB = 2 ** 20
  await mount(
    '/auth/v1',
    '../auth/auth.ts',
    'createAuth',
    {
      databaseUrl: url('supabase_auth_admin'),
      tokens,
      siteUrl,
      externalUrl: `${siteUrl}/auth/v1`,
      settings: { ...config.auth, trustedProxies: configuration.trustedProxies },
      mail: async (message: { to: string; subject: string; text: string; html: string }) => {
        await sql`select atrium_private.enqueue('send_mail', ${sql.json({ kind: 'message', ...message })})`
      },
    },
    MB,
  )
  await mount('/rest/v1', '../rest/rest.ts', 'createRest', { databaseUrl: url('authenticator'), tokens, schemas: config.schemas }, 8 * MB)
  await mount('/storage/v1', '../storage/storage.ts', 'createStorage', {
    databaseUrl: url('supabase_storage_admin'),
    tokens,
    secret: secrets.storageSecret,
    directory: join(dataDirectory, 'objects'),
    fileSizeLimit: config.fileSizeLimit,
  })
  await mount('/realtime/v1', '../realtime/realtime.ts', 'createRealtime', { databaseUrl: url('supabase_realtime_admin'), tokens }, 4 * MB)
  await mount(
    '/functions/v1',
    '../functions/functions.ts',
    'createFunctions',
    {
      directory: join(PROJECT, 'functions'),
      runDirectory,
      tokens,
      settings: config.functions,
      log,
      environment: {
        SUPABASE_URL: siteUrl,
        SUPABASE_ANON_KEY: secrets.publishableKey,
        SUPABASE_SERVICE_ROLE_KEY: secrets.secretKey,
        SUPABASE_DB_URL: url('postgres'),
      },
    },
    10 * MB,
  )
  const mailbox = mailboxPort === null ? undefined : await createMailbox({ directory: join(dataDirectory, 'mail'), port: mailboxPort })
  return { routes, mailbox, sql }
}
