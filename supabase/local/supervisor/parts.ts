import { type ChildProcess, fork, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startDeno } from '../functions/deno.ts'
import { databaseUrl, type GatewayConfiguration, gatewayUrl } from '../gateway/configuration.ts'
import type { FromGateway, ToGateway } from '../gateway/main.ts'
import { launchPostgres } from '../postgres/postgres.ts'
import type { Part } from './supervisor.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))
const GATEWAY = join(PROJECT, 'supabase/local/gateway')

/** Takes what a process writes, in pieces as they come. */
type Log = (text: string) => void

export function postgresPart(options: { directory: string; port: number; password: string; log: Log }): Part {
  return {
    name: 'postgres',
    launch: () => launchPostgres({ ...options, onLog: (line) => options.log(`${line}\n`) }),
    stopSignal: 'SIGINT',
    stopDeadlineMs: 20_000,
    // The collaboration server stores what is pending.
    outlivesSeconds: 3,
  }
}

/** `parts` says how the others are; the gateway is told when it is asked to, by `tellParts`. */
export function gatewayPart(
  configuration: GatewayConfiguration,
  parts: () => Record<string, boolean>,
  log: Log,
): Part & { tellParts(): void } {
  let current: ChildProcess | null = null
  const send = (message: ToGateway) => {
    // It may be ending; the next one is told everything anew.
    if (current?.connected) current.send(message, () => {})
  }
  return {
    name: 'gateway',
    launch() {
      const child = fork(join(GATEWAY, 'main.ts'), {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        ...DETACHED,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      current = child
      logOutput(child, log)
      send({ configuration })
      send({ parts: parts() })
      const ready = new Promise<void>((resolve, reject) => {
        child.on('message', (message: FromGateway) => ('ready' in message ? resolve() : reject(new Error(message.failed))))
      })
      return { process: child, ready }
    },
    tellParts: () => send({ parts: parts() }),
    stopSignal: 'SIGTERM',
    stopDeadlineMs: 10_000,
  }
}

export function collabPart(configuration: GatewayConfiguration, log: Log): Part {
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl(configuration, 'atrium_collab'),
    JWT_SECRET: configuration.secrets.jwtSecret,
    LISTEN: `unix:${configuration.collabSocket}`,
    SUPABASE_URL: gatewayUrl(configuration),
    SUPABASE_SERVICE_ROLE_KEY: configuration.secrets.secretKey,
  }
  return {
    name: 'collab',
    launch() {
      const child = spawn(process.execPath, [join(PROJECT, 'hocuspocus-server/src/index.ts')], {
        ...DETACHED,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ready = saysJson(child, 'listening')
      logOutput(child, log)
      return { process: child, ready }
    },
    stopSignal: 'SIGTERM',
    stopDeadlineMs: 15_000,
  }
}

export function workerPart(configuration: GatewayConfiguration, mail: { smtpUrl: string; from: string }, log: Log): Part {
  const environment = {
    DATABASE_URL: databaseUrl(configuration, 'atrium_worker'),
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: mail.from,
    SITE_URL: configuration.siteUrl,
    SUPABASE_URL: gatewayUrl(configuration),
    SUPABASE_SERVICE_ROLE_KEY: configuration.secrets.secretKey,
    VAPID_PUBLIC_KEY: configuration.secrets.vapidPublicKey,
    VAPID_PRIVATE_KEY: configuration.secrets.vapidPrivateKey,
    PUSH_SERVICES: process.env.ATRIUM_PUSH_SERVICES ?? '',
  }
  return {
    name: 'worker',
    launch() {
      const entry = join(PROJECT, 'functions/jobs/index.ts')
      // It talks to the database and to whatever mail server the operator named.
      const child = startDeno({ entry, environment, net: ['*'], read: [], write: [], memoryMegabytes: 200, onLog: log })
      return { process: child, ready: saysJson(child, 'ready') }
    },
    stopSignal: 'SIGTERM',
    stopDeadlineMs: 8_000,
  }
}

// A group of its own: Ctrl-C in the terminal must reach this process alone, which stops the others in order.
const DETACHED = { detached: true } as const

function logOutput(child: ChildProcess, log: Log): void {
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', log)
}

/** Resolves when the process prints a line of JSON with this key. */
function saysJson(child: ChildProcess, key: string): Promise<void> {
  return new Promise((resolve) => {
    let output = ''
    const read = (text: string) => {
      output += text
      if (!output.split('\n').some((line) => line.startsWith('{') && line.includes(`"${key}"`) && line.endsWith('}'))) return
      child.stdout?.off('data', read)
      resolve()
    }
    child.stdout?.setEncoding('utf8').on('data', read)
  })
}
