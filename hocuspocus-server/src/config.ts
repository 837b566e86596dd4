import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'

const mebibytes = (count: number) => count * 1024 * 1024
const positive = (value: number) => z.coerce.number().int().positive().default(value)

const jwks = z.string().transform((text, context): JSONWebKeySet => {
  try {
    const { keys } = JSON.parse(text) as JSONWebKeySet
    if (Array.isArray(keys)) return { keys }
  } catch {}
  context.addIssue('must be a JSON Web Key Set')
  return z.NEVER
})

const listen = z.string().transform((text, context): ListenAddress => {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) }
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? []
  if (host && port && Number(port) < 65536) return { host, port: Number(port) }
  context.addIssue('must be unix:/path or host:port')
  return z.NEVER
})

const environment = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    JWT_SECRET: z.string().min(32).optional(),
    JWT_JWKS: jwks.optional(),
    LISTEN: listen,
    SUPABASE_URL: z.url({ protocol: /^https?$/ }).optional(),
    SUPABASE_SERVICE_ROLE_KEY: z.string().min(1).optional(),
    TRUST_FORWARDED_FOR: z.stringbool().optional(),
    MAX_UPDATE_BYTES: positive(mebibytes(4)),
    MAX_DOCUMENT_BYTES: positive(mebibytes(32)),
    MAX_BUFFERED_BYTES: positive(mebibytes(64)),
    MAX_PENDING_BYTES: positive(mebibytes(64)),
    MAX_CONNECTIONS: positive(10_000),
    MAX_CONNECTIONS_PER_ADDRESS: positive(500),
    MAX_DOCUMENTS_PER_CONNECTION: positive(1_000),
    MAX_UPDATES_PER_SECOND: positive(500),
    HISTORY_PAUSE_SECONDS: positive(300),
  })
  .refine((env) => env.JWT_SECRET || env.JWT_JWKS, { path: ['JWT_SECRET'], message: 'or JWT_JWKS is needed' })

export type ListenAddress = { path: string } | { host: string; port: number }

/** The storage service, and the key that passes all its policies: what may be asked for is decided before, in SQL. */
export interface StorageAccess {
  url: string
  secretKey: string
}

export interface Config {
  databaseUrl: string
  jwtSecret: string | undefined
  jwks: JSONWebKeySet | undefined
  listen: ListenAddress
  /** Where the files of documents lie. Null: shared pages name pictures and files, and do not have them. */
  storage: StorageAccess | null
  /** Believe the last entry of `x-forwarded-for`. The default behind a Unix socket, where only a proxy can be. */
  trustForwardedFor: boolean
  /** After so long a pause of writing a document gets a version. */
  historyPauseMs: number
  limits: Limits
}

export interface Limits {
  /** One change, or all that a client made while it was away. */
  updateBytes: number
  /** A document with the unmerged tail of its log. Beyond it the document is read-only. */
  documentBytes: number
  /** What may wait for a client that reads slowly before it is cut off. */
  bufferedBytes: number
  /** What may wait for a database that is slow or away before nothing more is read from clients. */
  pendingBytes: number
  connections: number
  connectionsPerAddress: number
  documentsPerConnection: number
  /** Changes from one connection; ten times as many at once. Faster ones wait with the client. */
  updatesPerSecond: number
}

/** Reads and checks every setting. Throws an error that names what is missing or wrong. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const result = environment.safeParse(env)
  if (!result.success) {
    throw new Error(`Configuration: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
  }
  const settings = result.data
  return {
    databaseUrl: settings.DATABASE_URL,
    jwtSecret: settings.JWT_SECRET,
    jwks: settings.JWT_JWKS,
    listen: settings.LISTEN,
    storage:
      settings.SUPABASE_URL && settings.SUPABASE_SERVICE_ROLE_KEY
        ? { url: settings.SUPABASE_URL.replace(/\/$/, ''), secretKey: settings.SUPABASE_SERVICE_ROLE_KEY }
        : null,
    trustForwardedFor: settings.TRUST_FORWARDED_FOR ?? 'path' in settings.LISTEN,
    historyPauseMs: settings.HISTORY_PAUSE_SECONDS * 1000,
    limits: {
      updateBytes: settings.MAX_UPDATE_BYTES,
      documentBytes: settings.MAX_DOCUMENT_BYTES,
      bufferedBytes: settings.MAX_BUFFERED_BYTES,
      pendingBytes: settings.MAX_PENDING_BYTES,
      connections: settings.MAX_CONNECTIONS,
      connectionsPerAddress: settings.MAX_CONNECTIONS_PER_ADDRESS,
      documentsPerConnection: settings.MAX_DOCUMENTS_PER_CONNECTION,
      updatesPerSecond: settings.MAX_UPDATES_PER_SECOND,
    },
  }
}
