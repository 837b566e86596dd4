import { z } from 'zod'
import type { Vapid } from './notifications/pushNotice.ts'

const Config = z.object({
  /** Connects as `atrium_worker`. */
  DATABASE_URL: z.url(),
  /** `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
  SMTP_URL: z.url(),
  /** The sender of every mail: `Atrium <atrium@example.com>`. */
  MAIL_FROM: z.string().min(3),
  /** Where people open Atrium; links in mails begin with it. */
  SITE_URL: z.url(),
  /** Where the services of Supabase are reached from here. */
  SUPABASE_URL: z.url(),
  /** The secret key of the platform, for the files of imports and exports. */
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
  /** The key pair of this installation for Web Push, in base64url; without it nothing is pushed. */
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  /** Origins of push services besides those of the browsers' makers, separated by spaces. */
  PUSH_SERVICES: z.string().optional(),
})

export interface Config {
  databaseUrl: string
  smtpUrl: string
  mailFrom: string
  siteUrl: string
  supabaseUrl: string
  secretKey: string
  vapid: Vapid | undefined
  pushServices: string[]
}

/** Reads the worker's environment; throws with the name of what is missing. */
export function readConfig(environment: Record<string, string>): Config {
  const result = Config.safeParse(environment)
  if (!result.success) throw new Error(`The worker cannot start: ${z.prettifyError(result.error)}`)
  const { DATABASE_URL, SMTP_URL, MAIL_FROM, SITE_URL, SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, ...push } = result.data
  return {
    databaseUrl: DATABASE_URL,
    smtpUrl: SMTP_URL,
    mailFrom: MAIL_FROM,
    siteUrl: SITE_URL.replace(/\/$/, ''),
    supabaseUrl: SUPABASE_URL.replace(/\/$/, ''),
    secretKey: SUPABASE_SERVICE_ROLE_KEY,
    vapid:
      push.VAPID_PUBLIC_KEY && push.VAPID_PRIVATE_KEY
        ? { publicKey: push.VAPID_PUBLIC_KEY, privateKey: push.VAPID_PRIVATE_KEY, subject: subjectOf(SITE_URL, MAIL_FROM) }
        : undefined,
    pushServices: push.PUSH_SERVICES?.split(/\s+/).filter(Boolean) ?? [],
  }
}

/** Push services take a public address, or whom to write to. */
function subjectOf(siteUrl: string, mailFrom: string): string {
  if (siteUrl.startsWith('https:')) return siteUrl
  return `mailto:${/<([^>]+)>/.exec(mailFrom)?.[1] ?? mailFrom}`
}
