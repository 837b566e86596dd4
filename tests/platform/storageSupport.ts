import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createStorage, type StorageOptions } from '../../supabase/local/storage/storage.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'

/** Everybody owns the folder of his name in `docs`; anybody may drop a file into `letterbox`, and nobody may read there. */
const POLICIES = `
  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
    ('docs', 'docs', false, null, null), ('letterbox', 'letterbox', false, null, null), ('site', 'site', true, null, null),
    ('small', 'small', false, 1000, array['image/*', 'text/plain']);
  create policy "owners read" on storage.objects for select to authenticated
    using (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'));
  create policy "owners add" on storage.objects for insert to authenticated
    with check (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'));
  create policy "owners change" on storage.objects for update to authenticated
    using (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'));
  create policy "owners delete" on storage.objects for delete to authenticated
    using (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'));
  create policy "letters are dropped" on storage.objects for insert to anon, authenticated with check (bucket_id = 'letterbox');
  create policy "the site is read" on storage.objects for select to authenticated using (bucket_id = 'site');
`

export interface Person {
  id: string
  client: SupabaseClient
  /** The headers that supabase-js sends for him. */
  headers: { authorization: string; apikey: string }
}

/** A storage service with its own database, directory and policies, and the people who use it. */
export async function startStorage(options: Partial<StorageOptions> = {}) {
  const database = await createDatabase()
  const admin = postgres(database.url('supabase_admin'), { max: 2, onnotice: () => {} })
  await admin.unsafe(POLICIES)
  const secrets = makeSecrets()
  const tokens = createTokens(secrets)
  const directory = mkdtempSync(join(tmpdir(), 'atrium-storage-'))
  const settings: StorageOptions = {
    databaseUrl: database.url('supabase_storage_admin'),
    tokens,
    secret: 'signs urls',
    directory,
    fileSizeLimit: 50_000_000,
    ...options,
  }
  let service = await createStorage(settings)
  const server = await serve({
    // Only what the gateway would hand over.
    handle: (request, response) =>
      request.url?.startsWith('/storage/v1/') ? service.handle(request, response) : void response.writeHead(404).end(),
    close: () => service.close(),
  })
  const port = Number(new URL(server.url).port)

  function person(claims: Record<string, unknown> = {}): Person {
    const id = String(claims.sub ?? randomUUID())
    const token = tokens.sign({ role: 'authenticated', sub: id, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    return { id, client: clientWith(token), headers: { authorization: `Bearer ${token}`, apikey: secrets.publishableKey } }
  }
  const clientWith = (token: string) => createClient(server.url, secrets.publishableKey, { accessToken: async () => token })

  return {
    settings,
    sql: admin,
    tokens,
    port,
    url: `${server.url}/storage/v1`,
    person,
    /** Past all policies. */
    service: () => createClient(server.url, secrets.secretKey),
    anonymous: () => createClient(server.url, secrets.publishableKey),
    /** Files on the disk, with or without a row. */
    files: () => filesBelow(directory),
    /** Stops the service and starts it anew on the same data. */
    async restart(changes: Partial<StorageOptions> = {}) {
      await service.close()
      service = await createStorage({ ...settings, ...changes })
    },
    async stop() {
      await server.close()
      await admin.end()
      await database.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export type StorageServer = Awaited<ReturnType<typeof startStorage>>

export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
