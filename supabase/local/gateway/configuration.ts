import type { SignUpPolicy } from '../auth/settings.ts'
import type { Secrets } from '../secrets.ts'

/** Everything the gateway's process needs, sent to it by the supervisor; it reads no environment. */
export interface GatewayConfiguration {
  host: string
  port: number
  /** Where people reach the installation; links in mails begin with it. */
  siteUrl: string
  secrets: Secrets
  databasePort: number
  databaseName: string
  /** Kept: objects and mails lie below it. */
  dataDirectory: string
  /** For sockets: short, private, gone after a stop. */
  runDirectory: string
  /** Unix socket of the collaboration server. */
  collabSocket: string
  /** Port of the mailbox's SMTP; `null` when mail leaves through a real server. */
  mailboxPort: number | null
  trustedProxies: string[]
  /** `null`: as config.toml says. */
  signUp: SignUpPolicy | null
}

/** Address of the database for one of the platform's logins. */
export function databaseUrl(
  { secrets, databasePort, databaseName }: Pick<GatewayConfiguration, 'secrets' | 'databasePort' | 'databaseName'>,
  login: string,
): string {
  return `postgres://${login}:${secrets.databasePassword}@127.0.0.1:${databasePort}/${databaseName}`
}

/** What this machine opens to reach the gateway, whatever address it listens on. */
export function gatewayUrl({ host, port }: Pick<GatewayConfiguration, 'host' | 'port'>): string {
  const local = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`
}
