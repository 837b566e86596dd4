import { join } from 'node:path'
import { migrate, SERVER_LOGINS } from '../../../sql/migrate.ts'
import { databaseUrl, type GatewayConfiguration } from '../gateway/configuration.ts'
import type { StartOptions } from '../options.ts'
import { placeCluster } from '../postgres/placement.ts'
import { createRoles, createServiceSchemas, setPasswords } from '../postgres/roles.ts'
import { readSecrets } from '../secrets.ts'
import { makeRunDirectory } from './directories.ts'
import { openLog } from './logs.ts'
import { type Children, endOrphans, forgetChildren, rememberChildren } from './orphans.ts'
import { collabPart, gatewayPart, postgresPart, workerPart } from './parts.ts'
import { choosePort } from './ports.ts'
import { type Part, supervise } from './supervisor.ts'

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

const DATABASE = 'postgres'

interface PlatformOptions extends StartOptions {
  /** Resolves when there is a client to serve. */
  built: Promise<void>
  /** Aborted when everything shall end: what dies from then on is not started again, and a start under way is given up. */
  stopping: AbortSignal
  log(line: string): void
}

/** Starts every part in order and keeps it alive. The data directory exists and is locked by this process. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { data, host, smtpUrl, built, stopping, log } = options
  const directory = placeCluster(join(data, 'postgres'))
  if (directory !== join(data, 'postgres')) log(`A folder above ${data} is closed to PostgreSQL's account: its files are in ${directory}`)
  await endOrphans(data, directory)
  const port = await choosePort(host, options.port)
  const url = `http://${addressable(host)}:${port}`
  const run = makeRunDirectory(data)
  const secrets = readSecrets(data)
  const configuration: GatewayConfiguration = {
    host,
    port,
    siteUrl: options.siteUrl ?? url,
    secrets,
    databasePort: await choosePort('127.0.0.1', 0),
    databaseName: DATABASE,
    dataDirectory: data,
    runDirectory: run.path,
    collabSocket: join(run.path, 'collab.sock'),
    mailboxPort: smtpUrl ? null : await choosePort('127.0.0.1', 0),
    trustedProxies: options.trustedProxies,
  }

  const parts = new Map<string, Awaited<ReturnType<typeof supervise>>>()
  const states = () => Object.fromEntries(['worker'].map((name) => [name, parts.get(name)?.state() === 'up']))
  const logOf = (name: string) => openLog(join(data, 'logs'), name)
  const gateway = gatewayPart(configuration, states, logOf('gateway'))
  let stopped = false
  const onChange = () => {
    if (stopped) return
    const running = [...parts].flatMap(([name, part]) => {
      const process = part.process()
      return process ? [[name, process] as const] : []
    })
    rememberChildren(data, Object.fromEntries(running) as Children)
    gateway.tellParts()
  }
  const start = async (part: Part) => {
    stopping.throwIfAborted()
    const supervised = supervise(part, { log, onChange, stopping })
    parts.set(
      part.name,
      await supervised.catch((error: unknown) => {
        throw new Error(`${error instanceof Error ? error.message : error} (see ${join(data, 'logs', part.name)}.log)`, { cause: error })
      }),
    )
    onChange()
  }
  async function stop(): Promise<void> {
    for (const names of [['gateway'], ['collab', 'worker'], ['postgres']]) await Promise.all(names.map((name) => parts.get(name)?.stop()))
    stopped = true
    forgetChildren(data)
    run.remove()
  }

  try {
    await start(postgresPart({ directory, port: configuration.databasePort, password: secrets.databasePassword, log: logOf('postgres') }))
    await prepareDatabase(configuration)
    const mail = { smtpUrl: smtpUrl ?? `smtp://127.0.0.1:${configuration.mailboxPort}`, from: options.mailFrom }
    const starting = [
      start(collabPart(configuration, logOf('collab'))),
      start(workerPart(configuration, mail, logOf('worker'))),
      built.then(() => start(gateway)),
    ]
    // Whatever fails, the others are waited for, or nobody would stop them.
    await Promise.allSettled(starting)
    await Promise.all(starting)
    stopping.throwIfAborted()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address: {
      url,
      publishableKey: secrets.publishableKey,
      secretKey: secrets.secretKey,
      databaseUrl: databaseUrl(configuration, 'postgres'),
      mailUrl: smtpUrl ? null : `${url}/dev/mail`,
    },
    stop,
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

/** What a browser on this machine opens for an address that is listened on. */
function addressable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
