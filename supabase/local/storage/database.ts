import postgres from 'postgres'
import { createPool } from '../database/pool.ts'
import type { Claims } from '../tokens.ts'
import { accessDenied, fromDatabase } from './errors.ts'

export type Transaction = postgres.TransactionSql<{ bigint: number }>

/** A row of storage.buckets. */
export interface Bucket {
  id: string
  name: string
  public: boolean
  file_size_limit: number | null
  allowed_mime_types: string[] | null
}

/** What the server writes into storage.objects.metadata. */
export interface ObjectMetadata {
  eTag: string
  /** Bytes. */
  size: number
  mimetype: string
  cacheControl: string
  contentEncoding?: string
  lastModified: string
  contentLength: number
  httpStatusCode: number
}

/** A row of storage.objects. Its metadata may have been written by anybody who may update it: nothing in there is trusted. */
export interface ObjectRow {
  id: string
  bucket_id: string
  name: string
  owner_id: string | null
  version: string
  metadata: Partial<ObjectMetadata> | null
  user_metadata: Record<string, unknown> | null
  created_at: Date
  updated_at: Date
  last_accessed_at: Date
}

export interface Database {
  /** The service itself, past all policies: for questions whose answer the caller never sees. */
  sql: postgres.Sql<{ bigint: number }>
  /** One transaction as the caller: policies decide. `operation` is what storage.operation() says. */
  as<T>(caller: Claims, operation: string, work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** Does as `as`, then rolls back: asks the policies without changing anything. */
  probe(caller: Claims, operation: string, work: (transaction: Transaction) => Promise<unknown>): Promise<void>
  /** One transaction as the service. */
  begin<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

class RolledBack extends Error {}

export function openDatabase(databaseUrl: string): Database {
  const sql = createPool(
    postgres(databaseUrl, {
      max: 10,
      onnotice: () => {},
      connection: {
        application_name: 'storage',
        statement_timeout: 30_000,
        lock_timeout: 5_000,
        idle_in_transaction_session_timeout: 60_000,
      },
      types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    }),
  )

  async function begin<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      return (await sql.begin(work)) as T
    } catch (error) {
      throw fromDatabase(error)
    }
  }

  async function as<T>(caller: Claims, operation: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return begin(async (transaction) => {
      await become(transaction, caller, operation)
      return work(transaction)
    })
  }

  return {
    sql,
    begin,
    as,
    async probe(caller, operation, work) {
      try {
        await as(caller, operation, async (transaction) => {
          await work(transaction)
          throw new RolledBack()
        })
      } catch (error) {
        if (!(error instanceof RolledBack)) throw error
      }
    },
    close: () => sql.end({ timeout: 5 }),
  }
}

/** Turns the rest of a transaction over to the caller's role and claims. */
export async function become(transaction: Transaction, caller: Claims, operation: string): Promise<void> {
  try {
    await transaction`
      select set_config('role', ${caller.role}, true),
        set_config('request.jwt.claims', ${JSON.stringify(caller)}, true),
        set_config('request.jwt.claim.sub', ${caller.sub ?? ''}, true),
        set_config('request.jwt.claim.role', ${caller.role}, true),
        set_config('storage.operation', ${operation}, true),
        set_config('storage.allow_delete_query', 'true', true)`
  } catch (error) {
    const isRole = error instanceof postgres.PostgresError && ['22023', '42501', '42704'].includes(error.code)
    throw isRole ? accessDenied(`The role ${caller.role} may not be used`) : error
  }
}
