import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { SignUpPolicy } from './auth/settings.ts'

/** What `npm start` was asked to do. */
export interface StartOptions {
  /** 0 = a free one. */
  port: number
  host: string
  /** Absolute path of the data directory. */
  data: string
  /** One JSON line on standard output instead of sentences. */
  json: boolean
  /** Fill an empty installation with a sample team. */
  demo: boolean
  /** Where people reach the installation, when a TLS proxy stands in front of it. */
  siteUrl?: string
  /** `smtp://user:password@host:port`; without it mail goes to the local mailbox. */
  smtpUrl?: string
  mailFrom: string
  /** Addresses whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  /** Who may make an account; `null`: as supabase/config.toml says. */
  signUp: SignUpPolicy | null
}

export class OptionError extends Error {}

export const HELP = `npm start -- [options]              each also by environment

  --port <number>      port of the web address, 0 = a free one      ATRIUM_PORT (8080)
  --host <address>     address to listen on                         ATRIUM_HOST (127.0.0.1)
  --data <directory>   everything that is kept                      ATRIUM_DATA (.atrium)
  --site-url <url>     public address, behind a TLS proxy           ATRIUM_SITE_URL
  --sign-up <who>      open, invited, or e-mail domains by comma    ATRIUM_SIGN_UP (config.toml)
  --json               print one JSON line when ready               ATRIUM_JSON=1
  --demo               fill an empty installation with a sample team ATRIUM_DEMO=1
  --help               this text

Only by environment:
  ATRIUM_SMTP_URL         smtp://user:password@host:port; without it mail is shown at /dev/mail
  ATRIUM_MAIL_FROM        sender of mails
  ATRIUM_TRUSTED_PROXIES  addresses, by comma, whose X-Forwarded-For is believed
`

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  'site-url': { type: 'string' },
  'sign-up': { type: 'string' },
  json: { type: 'boolean' },
  demo: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** Reads flags, then the environment, then defaults. `null` = the help is wanted. Throws an OptionError with a sentence. */
export function readOptions(args: string[], environment: NodeJS.ProcessEnv): StartOptions | null {
  const flags = parseFlags(args)
  if (flags.help) return null
  const text = (flag: 'port' | 'host' | 'data' | 'site-url' | 'sign-up', variable: string) =>
    flags[flag] ?? (environment[variable] || undefined)
  const siteUrl = text('site-url', 'ATRIUM_SITE_URL')
  const smtpUrl = environment.ATRIUM_SMTP_URL || undefined
  return {
    port: readPort(text('port', 'ATRIUM_PORT') ?? '8080'),
    host: text('host', 'ATRIUM_HOST') ?? '127.0.0.1',
    data: resolve(text('data', 'ATRIUM_DATA') ?? '.atrium'),
    json: flags.json ?? isOn(environment.ATRIUM_JSON),
    demo: flags.demo ?? isOn(environment.ATRIUM_DEMO),
    ...(siteUrl === undefined ? {} : { siteUrl: readUrl(siteUrl, 'The site URL', ['http:', 'https:']).replace(/\/+$/, '') }),
    ...(smtpUrl === undefined ? {} : { smtpUrl: readUrl(smtpUrl, 'ATRIUM_SMTP_URL', ['smtp:', 'smtps:']) }),
    mailFrom: environment.ATRIUM_MAIL_FROM || 'Atrium <atrium@localhost>',
    trustedProxies: (environment.ATRIUM_TRUSTED_PROXIES ?? '').split(',').flatMap((address) => address.trim() || []),
    signUp: readSignUp(text('sign-up', 'ATRIUM_SIGN_UP')),
  }
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS, strict: true }).values
  } catch (error) {
    const sentence = error instanceof Error ? error.message.split('. ')[0] : 'The options are wrong'
    throw new OptionError(`${sentence}. See npm start -- --help`)
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) throw new OptionError(`The port must be a number from 0 to 65535, not "${text}"`)
  return port
}

function readUrl(text: string, name: string, protocols: string[]): string {
  const url = URL.parse(text)
  if (!url || !protocols.includes(url.protocol))
    throw new OptionError(`${name} must begin with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}, not "${text}"`)
  return text
}

const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/

function readSignUp(text: string | undefined): SignUpPolicy | null {
  if (text === undefined) return null
  if (text === 'open' || text === 'invited') return text
  const domains = text.split(',').map((domain) => domain.trim().toLowerCase())
  const wrong = domains.find((domain) => !DOMAIN.test(domain))
  if (wrong !== undefined) throw new OptionError(`Who may sign up is open, invited, or e-mail domains such as example.com, not "${wrong}"`)
  return { domains }
}

const isOn = (value: string | undefined) => value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase())
