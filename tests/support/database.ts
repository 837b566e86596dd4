import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import type { SERVER_LOGINS } from '../../sql/migrate.ts'
import type { Login } from '../../supabase/local/postgres/roles.ts'
import { type Cluster, TEMPLATE } from './cluster.ts'

export interface Database {
  /** Connects as one of the platform's logins, or as the superuser. */
  url(login: Login | (typeof SERVER_LOGINS)[number] | 'supabase_admin'): string
  drop(): Promise<void>
}

/** A database of its own for a test file: a clone of the template, some 50 ms. */
export async function createDatabase({ port, password }: Cluster = inject('cluster')): Promise<Database> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = (login: string, database = name) => `postgres://${login}:${password}@127.0.0.1:${port}/${database}`
  const admin = postgres(url('supabase_admin', 'postgres'), { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${name} template ${TEMPLATE}`)
  // A clone has its template's contents, but not the privileges on the database itself.
  await admin.unsafe(`grant all on database ${name} to postgres`)
  return {
    url: (login) => url(login),
    async drop() {
      await admin.unsafe(`drop database if exists ${name} with (force)`)
      await admin.end()
    },
  }
}
