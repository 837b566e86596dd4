import { readdirSync, readFileSync } from 'node:fs'
import postgres from 'postgres'

/** The logins of Atrium's own servers; made by 010_schemas.sql without a password, which whoever starts the servers sets. */
export const SERVER_LOGINS = ['atrium_collab', 'atrium_worker'] as const

/** Installs Atrium into a Supabase database, as its role `postgres`. */
export async function migrate(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const files = readdirSync(new URL('.', import.meta.url))
      .filter((name) => /^\d{3}_\w+\.sql$/.test(name))
      .sort()
    await sql.begin(async (transaction) => {
      for (const file of files) await transaction.unsafe(readFileSync(new URL(file, import.meta.url), 'utf8'))
    })
  } finally {
    await sql.end()
  }
}
