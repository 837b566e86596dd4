import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { createAuth } from '../auth/auth.ts'
import { CLIENT_BUILD } from '../build.ts'
import { readConfig } from '../config.ts'
import { createPool } from '../database/pool.ts'
import { createFunctions } from '../functions/functions.ts'
import { createMailbox } from '../mailbox/mailbox.ts'
import { createRealtime } from '../realtime/realtime.ts'
import { createRest } from '../rest/rest.ts'
import type { Service } from '../service.ts'
import { createStorage } from '../storage/storage.ts'
import { createTokens } from '../tokens.ts'
import { createClient } from './client.ts'
import { databaseUrl, type GatewayConfiguration } from './configuration.ts'
import { createGateway, type Gateway, type Route } from './gateway.ts'
import { createHealth } from './health.ts'

const FUNCTIONS = fileURLToPath(new URL('../../../functions', import.meta.url))
const MEBIBYTE = 2 ** 20
const BODY_MS = 30_000

export interface ServeOptions {
  log(line: string): void
  /** The parts that cannot be asked over a socket, and whether they are up. */
  others(): Record<string, boolean>
  /** Where the edge functions are, when not in the project. */
  functions?: string
}

/** Makes every service that runs in the gateway's process, and listens. */
export async function serve(configuration: GatewayConfiguration, { log, others, functions = FUNCTIONS }: ServeOptions): Promise<Gateway> {
  const { collabSocket, secrets, host, port, trustedProxies, mailboxPort, dataDirectory } = configuration
  // The worker's login: it enqueues mails, and asks whether the database answers.
  const sql = createPool(
    postgres(databaseUrl(configuration, 'atrium_worker'), {
      max: 2,
      onnotice: () => {},
      connection: { application_name: 'gateway' },
    }),
  )
  const [routes, mailbox] = await Promise.all([
    createRoutes(configuration, sql, { log, functions }),
    mailboxPort === null ? undefined : createMailbox({ directory: join(dataDirectory, 'mail'), port: mailboxPort }),
  ])
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

async function createRoutes(
  configuration: GatewayConfiguration,
  sql: Sql,
  { log, functions: directory }: { log: ServeOptions['log']; functions: string },
): Promise<Route[]> {
  const { secrets, siteUrl, dataDirectory, runDirectory, trustedProxies, signUp } = configuration
  const config = readConfig()
  const tokens = createTokens(secrets)
  const url = (login: string) => databaseUrl(configuration, login)
  const auth = createAuth({
    databaseUrl: url('supabase_auth_admin'),
    tokens,
    secret: secrets.authSecret,
    siteUrl,
    externalUrl: `${siteUrl}/auth/v1`,
    settings: { ...config.auth, ...(signUp && { signUp }), trustedProxies },
    async mail(message) {
      await sql`select atrium_private.enqueue('send_mail', ${sql.json({ ...message })})`
    },
  })
  const rest = createRest({ databaseUrl: url('authenticator'), tokens, schemas: config.schemas })
  const storage = createStorage({
    databaseUrl: url('supabase_storage_admin'),
    tokens,
    secret: secrets.storageSecret,
    directory: join(dataDirectory, 'objects'),
    fileSizeLimit: config.fileSizeLimit,
    recheckOn: 'atrium_access',
  })
  const realtime = createRealtime({ databaseUrl: url('supabase_realtime_admin'), tokens, recheckOn: 'atrium_access' })
  const functions = createFunctions({
    directory,
    runDirectory,
    tokens,
    databaseUrl: url('authenticator'),
    environment: {
      SUPABASE_URL: siteUrl,
      SUPABASE_ANON_KEY: secrets.publishableKey,
      SUPABASE_SERVICE_ROLE_KEY: secrets.secretKey,
      SUPABASE_DB_URL: url('postgres'),
    },
    settings: config.functions,
    log,
  })
  return Promise.all([
    route('/auth/v1', auth, MEBIBYTE),
    route('/rest/v1', rest, 8 * MEBIBYTE),
    // Files are as large as config.toml says, and arrive for as long as bytes keep coming: the service sees to both.
    route('/storage/v1', storage),
    route('/realtime/v1', realtime, 4 * MEBIBYTE),
    route('/functions/v1', functions, 10 * MEBIBYTE),
  ])
}

async function route(prefix: string, service: Promise<Service>, bytes?: number): Promise<Route> {
  return { prefix, service: await service, ...(bytes === undefined ? {} : { body: { bytes, milliseconds: BODY_MS } }) }
}
