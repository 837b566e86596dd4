import { join } from 'node:path'
import { migrate, SERVER_LOGINS } from '../../../sql/migrate.ts'
import { databaseUrl, type GatewayConfiguration, gatewayUrl } from '../gateway/configuration.ts'
import type { StartOptions } from '../options.ts'
import { placeCluster } from '../postgres/placement.ts'
import { createRoles, createServiceSchemas, setPasswords } from '../postgres/roles.ts'
import { readSecrets } from '../secrets.ts'
import { makeRunDirectory } from './directories.ts'
import { createFamily } from './family.ts'
import { endOrphans } from './orphans.ts'
import { collabPart, gatewayPart, postgresPart, workerPart } from './parts.ts'
import { choosePort } from './ports.ts'

/** What a script needs to work with a running platform. */
export interface PlatformAddress {
  url: string
  publishableKey: string
  secretKey: string
  /** Connects as `postgres`, the role that migrations run as. */
  databaseUrl: string
  /** The local mailbox; `null` when mail leaves through a real server. */
  mailUrl: string | null
}

export interface Platform {
  address: PlatformAddress
  stop(): Promise<void>
}

interface PlatformOptions extends StartOptions {
  /** Resolves when there is a client to serve. */
  built: Promise<void>
  /** Aborted when everything shall end: what dies from then on is not started again, and a start under way is given up. */
  stopping: AbortSignal
  log(line: string): void
}

/** Starts every part in order and keeps it alive. The data directory exists and is locked by this process. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { data, built, stopping, log, mailFrom, smtpUrl } = options
  const cluster = placeCluster(join(data, 'postgres'))
  if (cluster !== join(data, 'postgres')) log(`A folder above ${data} is closed to PostgreSQL's account: its files are in ${cluster}`)
  await endOrphans(data, cluster)
  const run = makeRunDirectory(data)
  const configuration = await configure(options, run.path).catch((error: unknown) => {
    run.remove()
    throw error
  })
  const { databasePort, mailboxPort, secrets } = configuration
  const family = createFamily(data, { log, stopping, onChange: () => gateway.tellParts() })
  const gateway = gatewayPart(configuration, () => ({ worker: family.isUp('worker') }), family.logOf('gateway'))

  async function start(): Promise<void> {
    const log = family.logOf('postgres')
    await family.start(postgresPart({ directory: cluster, port: databasePort, password: secrets.databasePassword, log }))
    await prepareDatabase(configuration)
    const mail = { smtpUrl: smtpUrl ?? `smtp://127.0.0.1:${mailboxPort}`, from: mailFrom }
    const starting = [
      family.start(collabPart(configuration, family.logOf('collab'))),
      family.start(workerPart(configuration, mail, family.logOf('worker'))),
      built.then(() => family.start(gateway)),
    ]
    // Whatever fails, the others are waited for, or nobody would stop them.
    await Promise.allSettled(starting)
    await Promise.all(starting)
    stopping.throwIfAborted()
  }
  async function stop(): Promise<void> {
    await family.stop(['gateway'], ['collab', 'worker'], ['postgres'])
    run.remove()
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return { address: addressOf(configuration), stop }
}

async function configure(
  { data, host, port, siteUrl, smtpUrl, trustedProxies, signUp }: StartOptions,
  runDirectory: string,
): Promise<GatewayConfiguration> {
  const chosen = await choosePort(host, port)
  return {
    host,
    port: chosen,
    siteUrl: siteUrl ?? gatewayUrl({ host, port: chosen }),
    secrets: readSecrets(data),
    databasePort: await choosePort('127.0.0.1', 0),
    databaseName: 'postgres',
    dataDirectory: data,
    runDirectory,
    collabSocket: join(runDirectory, 'collab.sock'),
    mailboxPort: smtpUrl ? null : await choosePort('127.0.0.1', 0),
    trustedProxies,
    signUp,
  }
}

function addressOf(configuration: GatewayConfiguration): PlatformAddress {
  const { secrets, mailboxPort } = configuration
  const url = gatewayUrl(configuration)
  return {
    url,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    databaseUrl: databaseUrl(configuration, 'postgres'),
    mailUrl: mailboxPort === null ? null : `${url}/dev/mail`,
  }
}

/** Brings a new or older database to what this version needs. */
async function prepareDatabase(configuration: GatewayConfiguration): Promise<void> {
  const adminUrl = databaseUrl(configuration, 'supabase_admin')
  const { databasePassword } = configuration.secrets
  await createRoles(adminUrl, databasePassword)
  await createServiceSchemas(adminUrl)
  await migrate(databaseUrl(configuration, 'postgres'))
  await setPasswords(adminUrl, SERVER_LOGINS, databasePassword)
}
