import { createServer } from 'node:http'
import autocannon from 'autocannon'
import postgres from 'postgres'
import { createRest } from '../../supabase/local/rest/rest.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { type Claims, createTokens } from '../../supabase/local/tokens.ts'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'
import type { Report } from './run.ts'

const SECONDS = 3
const CONNECTIONS = 10
const SCHEMA = `
  create schema library;
  grant usage on schema library to authenticated;
  create table library.books (id int primary key generated always as identity, owner uuid not null default auth.uid(), title text not null);
  create index on library.books (owner);
  insert into library.books (owner, title) select gen_random_uuid(), 'Book ' || i from generate_series(1, 20000) i;
  insert into library.books (owner, title) select '00000000-0000-4000-8000-00000000000a', 'Book ' || i from generate_series(1, 20) i;
  alter table library.books enable row level security;
  create policy "owners" on library.books to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
  grant select, insert on library.books to authenticated;
  create function library.add(a int, b int) returns int language sql immutable as 'select a + b';
`
const CLAIMS: Claims = { role: 'authenticated', sub: '00000000-0000-4000-8000-00000000000a', exp: Math.floor(Date.now() / 1000) + 3600 }

/** REST against the least that could do the same: a Node server that sets the role and asks Postgres. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  const setup = postgres(database.url('postgres'), { max: 1, onnotice: () => {} })
  await setup.unsafe(SCHEMA)
  await setup.end()
  const tokens = createTokens(makeSecrets())
  const rest = await serve(await createRest({ databaseUrl: database.url('authenticator'), tokens, schemas: ['library'] }))
  const direct = await startDirect(database.url('authenticator'))
  const headers = { authorization: `Bearer ${tokens.sign(CLAIMS)}`, 'content-type': 'application/json' }
  try {
    for (const [name, method, path, body] of CASES) {
      const ours = await load({ url: rest.url + path, method, headers, body })
      const theirs = await load({ url: `${direct.url}/${name}`, method, headers, body })
      report({ name: `REST ${name}, ${CONNECTIONS} connections`, value: ours, unit: 'requests/s', peer: theirs, ratio: ours / theirs })
    }
    const plain = await load({ url: `${rest.url}/rest/v1/rpc/add`, method: 'POST', headers, body: '{"a":1,"b":2}' })
    // A preference is something rpc.ts leaves to the library that serves the tables: the same call by the other road.
    const byLibrary = await load({
      url: `${rest.url}/rest/v1/rpc/add`,
      method: 'POST',
      headers: { ...headers, prefer: 'count=none' },
      body: '{"a":1,"b":2}',
    })
    report({
      name: 'REST function, served directly against by @supabase/lite',
      value: plain,
      unit: 'requests/s',
      peer: byLibrary,
      ratio: plain / byLibrary,
    })
  } finally {
    await rest.close()
    await direct.close()
    await database.drop()
    await stop()
  }
}

const CASES = [
  ['read', 'GET', '/rest/v1/books?select=id,title&limit=20', undefined],
  ['insert', 'POST', '/rest/v1/books', '{"title":"New"}'],
  ['function', 'POST', '/rest/v1/rpc/add', '{"a":1,"b":2}'],
] as const

interface Load {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body: string | undefined
}

async function load({ url, method, headers, body }: Load): Promise<number> {
  const result = await autocannon({ url, method, headers, connections: CONNECTIONS, duration: SECONDS, ...(body ? { body } : {}) })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${method} ${url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result.requests.average
}

const QUERIES: Record<string, string> = {
  read: "select coalesce(json_agg(t), '[]')::text as body from (select id, title from library.books limit 20) t",
  insert: "insert into library.books (title) values ('New')",
  function: 'select to_json(library.add(1, 2))::text as body',
}

async function startDirect(databaseUrl: string) {
  const sql = postgres(databaseUrl, { max: 10 })
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const query = QUERIES[request.url?.slice(1) ?? ''] ?? 'select 1'
    const [, rows] = await sql.begin((transaction) => [
      transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify(CLAIMS)}, true)`,
      transaction.unsafe<{ body?: string }[]>(query, [], { prepare: true }),
    ])
    response.end(rows[0]?.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sql.end()
    },
  }
}
