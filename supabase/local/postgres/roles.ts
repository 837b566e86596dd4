import { readFileSync } from 'node:fs'
import postgres from 'postgres'

/** The database logins of the services. Each service knows its own and no other. */
export const LOGINS = ['postgres', 'authenticator', 'supabase_auth_admin', 'supabase_storage_admin', 'supabase_realtime_admin'] as const
export type Login = (typeof LOGINS)[number]

/** The schemas that the containers of a self-hosted Supabase bring along, and who owns them. */
const SERVICE_SCHEMAS = [
  ['supabase_auth_admin', '../auth/schema.sql'],
  ['supabase_storage_admin', '../storage/schema.sql'],
  ['supabase_realtime_admin', '../realtime/schema.sql'],
] as const

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

/** Lets logins in that exist without a password. */
export async function setPasswords(adminUrl: string, logins: readonly string[], password: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    // DDL takes no parameters; the names and the password are ours, and need no escaping.
    for (const login of logins) await sql.unsafe(`alter role ${login} login password '${password}'`)
  } finally {
    await sql.end()
  }
}

/** Gives a cluster the roles of a self-hosted Supabase. `adminUrl` connects as the superuser. */
export async function createRoles(adminUrl: string, password: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(read('roles.sql'))
  } finally {
    await sql.end()
  }
  await setPasswords(adminUrl, LOGINS, password)
}

/** Gives a database the schemas that a self-hosted Supabase has before the first migration. Running it again changes nothing. */
export async function createServiceSchemas(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(read('database.sql'))
    for (const [owner, file] of SERVICE_SCHEMAS) {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(`set local role ${owner}`)
        await transaction.unsafe(read(file))
      })
    }
  } finally {
    await sql.end()
  }
}
