import { z } from 'zod'

const Config = z.object({
  /** Connects as `atrium_worker`. */
  DATABASE_URL: z.url(),
  /** `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
  SMTP_URL: z.url(),
  /** The sender of every mail: `Atrium <atrium@example.com>`. */
  MAIL_FROM: z.string().min(3),
  /** Where people open Atrium; links in mails begin with it. */
  SITE_URL: z.url(),
})

export interface Config {
  databaseUrl: string
  smtpUrl: string
  mailFrom: string
  siteUrl: string
}

/** Reads the worker's environment; throws with the name of what is missing. */
export function readConfig(environment: Record<string, string>): Config {
  const result = Config.safeParse(environment)
  if (!result.success) throw new Error(`The worker cannot start: ${z.prettifyError(result.error)}`)
  const { DATABASE_URL, SMTP_URL, MAIL_FROM, SITE_URL } = result.data
  return { databaseUrl: DATABASE_URL, smtpUrl: SMTP_URL, mailFrom: MAIL_FROM, siteUrl: SITE_URL.replace(/\/$/, '') }
}
