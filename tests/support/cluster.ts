import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { migrate, SERVER_LOGINS } from '../../sql/migrate.ts'
import { startPostgres } from '../../supabase/local/postgres/postgres.ts'
import { createRoles, createServiceSchemas, setPasswords } from '../../supabase/local/postgres/roles.ts'
import { freePort } from './ports.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: Cluster
  }
}

/** The one PostgreSQL of a test run. Each test file clones its template, see database.ts. */
export interface Cluster {
  port: number
  password: string
}

// A test cluster may lose everything at a power cut, and is faster for it.
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=400', 'max_wal_senders=40', 'max_replication_slots=40']

/** A database with the platform's schemas and Atrium installed, cloned by every test file. */
export const TEMPLATE = 'atrium_template'

export interface RunningCluster {
  cluster: Cluster
  /** Stops PostgreSQL as its supervisor would, and keeps its files. */
  halt(): Promise<void>
  /** Kills PostgreSQL with signal 9. */
  crash(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

/** Starts a throw-away PostgreSQL with the template in it. */
export async function startCluster(): Promise<RunningCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'atrium-test-'))
  chmodSync(directory, 0o711) // As root, PostgreSQL runs under another account and must pass through.
  const cluster: Cluster = { port: await freePort(), password: 'test' }
  const start = () => startPostgres({ directory: join(directory, 'postgres'), ...cluster, settings: SETTINGS })
  let server = await start()
  const halt = () => server.stop()
  const crash = () =>
    new Promise<void>((resolve) => {
      server.process.once('exit', () => resolve())
      server.process.kill('SIGKILL')
    })
  // What a crash leaves behind holds on to the memory until it has noticed.
  const resume = async (attempts = 50): Promise<void> => {
    try {
      server = await start()
    } catch (error) {
      if (attempts === 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
      return resume(attempts - 1)
    }
  }
  const stop = async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await createTemplate(cluster)
  } catch (error) {
    await stop()
    throw error
  }
  return { cluster, halt, crash, resume, stop }
}

async function createTemplate({ port, password }: Cluster): Promise<void> {
  const adminUrl = (database: string) => `postgres://supabase_admin:${password}@127.0.0.1:${port}/${database}`
  await createRoles(adminUrl('postgres'), password)
  const admin = postgres(adminUrl('postgres'), { max: 1 })
  await admin.unsafe(`create database ${TEMPLATE}`)
  await admin.end()
  await createServiceSchemas(adminUrl(TEMPLATE))
  await migrate(`postgres://postgres:${password}@127.0.0.1:${port}/${TEMPLATE}`)
  await setPasswords(adminUrl('postgres'), SERVER_LOGINS, password)
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, stop } = await startCluster()
  project.provide('cluster', cluster)
  return stop
}
