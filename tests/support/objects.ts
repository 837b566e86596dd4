import postgres from 'postgres'
import type { Database } from './database.ts'
import type { User } from './factories.ts'

/** What the storage service may do with the objects of the bucket "files". */
export function openStorage(db: Database) {
  const storage = postgres(db.url('supabase_storage_admin'), { max: 8, onnotice: () => {} })

  /** For a person with an object of the bucket: S select, I insert, U update, D delete; all is taken back. */
  async function verbs(person: User, existing: string, wanted: string, bucket = 'files'): Promise<string> {
    const statements = {
      S: `select 1 from storage.objects where bucket_id = '${bucket}' and name = '${existing}'`,
      I: `insert into storage.objects (bucket_id, name, owner_id) values ('${bucket}', '${wanted}', '${person.id}')`,
      U: `update storage.objects set metadata = '{}' where bucket_id = '${bucket}' and name = '${existing}'`,
      D: `delete from storage.objects where bucket_id = '${bucket}' and name = '${existing}'`,
    }
    const found = await Promise.all(
      Object.entries(statements).map(async ([verb, statement]) => {
        let count = 0
        const done = new Error('Take it back')
        await storage
          .begin(async (sql) => {
            const claims = JSON.stringify({ sub: person.id, role: 'authenticated' })
            await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
            count = (await sql.unsafe(statement)).count
            throw done
          })
          .catch((error: { code?: string }) => {
            if (error !== done && error.code !== '42501') throw error
          })
        return count > 0 ? verb : ''
      }),
    )
    return found.join('')
  }

  return { verbs, close: () => storage.end() }
}
