import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createRest } from '../../supabase/local/rest/rest.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { serve } from '../support/serve.ts'

/** What is printed. The service looks at `console` when it is loaded, so this has to come first. */
const printed = vi.hoisted(() => {
  const lines: unknown[][] = []
  console.error = (...line: unknown[]) => lines.push(line)
  return lines
})

const secrets = makeSecrets()
const tokens = createTokens(secrets)
let database: Database
let sql: postgres.Sql
let server: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  database = await createDatabase()
  sql = postgres(database.url('postgres'), { max: 2, onnotice: () => {} })
  await sql.unsafe(SHELF)
  server = await serve(await createRest({ databaseUrl: database.url('authenticator'), tokens, schemas: ['library', 'atrium'] }))
})
afterAll(async () => {
  await server.close()
  await sql.end()
  await database.drop()
})

/** A small application: readers see the books of their own shelf. */
const SHELF = `
  create schema library;
  grant usage on schema library to anon, authenticated;
  create table library.books (
    id int primary key generated always as identity, owner uuid not null default auth.uid(), title text not null unique,
    tags jsonb, added_at timestamptz not null default '2026-01-02 03:04:05.5+00'
  );
  alter table library.books enable row level security;
  create policy "owners" on library.books to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
  grant select, insert, update, delete on library.books to authenticated;
  create table library.notes (id int primary key generated always as identity, book_id int not null references library.books, text text);
  alter table library.notes enable row level security;
  create policy "all" on library.notes to authenticated using (true) with check (true);
  grant select, insert on library.notes to authenticated;
  create table library.canary (secret text);
  insert into library.canary values ('sings');
  revoke all on library.canary from public, anon, authenticated;
  grant select on library.canary to service_role;
  create function library.add(a int, b int default 10) returns int language sql immutable as 'select a + b';
  create function library.many(n int) returns setof int language sql stable as 'select generate_series(1, n)';
  create function library.nothing() returns void language sql as '';
  create function library.shelf() returns setof library.books language sql stable as 'select * from library.books order by id';
  create function library.add_book(title text, tags jsonb default null) returns library.books language sql as
    'insert into library.books (title, tags) values (title, tags) returning *';
  create function library.echo(texts text[], at timestamptz, role text) returns jsonb language sql immutable as
    'select jsonb_build_object(''texts'', texts, ''at'', at, ''role'', role)';
  create function library.refuse() returns void language plpgsql as
    $$ begin raise sqlstate 'PT410' using message = 'This book is gone', detail = 'book_gone'; end $$;
  create function library.write_in_stable() returns void language sql stable as 'select 1';
  create view library.origin as select current_setting('request.headers', true)::jsonb ->> 'user-agent' as agent;
  grant select on library.origin to authenticated;
  create function library.origin_of_call() returns text language sql stable as 'select agent from library.origin';
  create function library.who() returns text language sql stable as 'select current_user || '':'' || session_user';
`
const ANNA = '00000000-0000-4000-8000-00000000000a'
const BEN = '00000000-0000-4000-8000-00000000000b'
const soon = () => Math.floor(Date.now() / 1000) + 600

function client(user?: string) {
  const headers: Record<string, string> = user
    ? { authorization: `Bearer ${tokens.sign({ role: 'authenticated', sub: user, exp: soon() })}` }
    : {}
  return createClient(server.url, secrets.publishableKey, {
    db: { schema: 'library' },
    global: { headers },
    auth: { persistSession: false },
  })
}
const anna = () => client(ANNA)
/** The service sees `/rest/v1/…`, as behind the gateway. */
const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/rest/v1${path}`, {
    method: 'POST',
    body: body as BodyInit,
    headers: { apikey: secrets.publishableKey, 'content-type': 'application/json', ...headers },
  })

test('[REST1] rows are written and read as the caller, and nobody else sees them', async () => {
  const { data: book } = await anna()
    .from('books')
    .insert({ title: 'Dune', tags: { genre: ['sf'] } })
    .select()
    .single()
    .throwOnError()
  expect(book).toMatchObject({ owner: ANNA, tags: { genre: ['sf'] }, added_at: '2026-01-02T03:04:05.5+00:00' })
  await anna().from('notes').insert({ book_id: book.id, text: 'spice' }).throwOnError()
  const { data } = await anna().from('books').select('title, notes(text)').eq('title', 'Dune').throwOnError()
  expect(data).toEqual([{ title: 'Dune', notes: [{ text: 'spice' }] }])
  expect((await client(BEN).from('books').select()).data).toEqual([])
  expect((await sql`select jsonb_typeof(tags) as type from library.books where title = 'Dune'`)[0]?.type).toBe('object')
})

test('[REST2] a table whose privileges were revoked stays closed after many requests', async () => {
  for (const who of [client(), anna()]) {
    for (let i = 0; i < 20; i++) expect((await who.from('canary').select()).error?.code).toBe('42501')
  }
  const granted =
    await sql`select grantee from information_schema.role_table_grants where table_schema = 'library' and table_name = 'canary' and grantee in ('anon', 'authenticated', 'PUBLIC')`
  expect(granted).toEqual([])
  const defaults = await sql`select 1 from pg_default_acl a join pg_namespace n on n.oid = a.defaclnamespace where n.nspname = 'library'`
  expect(defaults).toEqual([])
})

test('[REST3] functions answer in the shape of what they return', async () => {
  const who = anna()
  expect((await who.rpc('add', { a: 1 })).data).toBe(11)
  expect((await who.rpc('add', { a: 1, b: 2 })).data).toBe(3)
  expect((await who.rpc('many', { n: 3 })).data).toEqual([1, 2, 3])
  expect(await who.rpc('nothing')).toMatchObject({ status: 204, data: null, error: null })
  expect((await who.rpc('add_book', { title: 'Emma', tags: ['a', { b: 1 }] })).data).toMatchObject({
    title: 'Emma',
    owner: ANNA,
    tags: ['a', { b: 1 }],
  })
  expect((await who.rpc('shelf')).data).toHaveLength(2)
  expect((await client(BEN).rpc('shelf')).data).toEqual([])
  expect((await who.rpc('shelf').eq('title', 'Emma').single()).data).toMatchObject({ title: 'Emma' })
  const at = '2026-11-22T10:00:00+00:00'
  expect((await who.rpc('echo', { texts: ["o'clock", '{"}'], at, role: 'postgres' })).data).toEqual({
    texts: ["o'clock", '{"}'],
    at,
    role: 'postgres',
  })
  expect((await client().rpc('who')).data).toBe('anon:authenticator')
})

test('[REST4] one object is asked for, and there are none or several: 406', async () => {
  expect(await anna().rpc('many', { n: 2 }).single()).toMatchObject({ status: 406, error: { code: 'PGRST116' } })
  const single = await post('/rpc/many', '{"n":2}', {
    accept: 'application/vnd.pgrst.object+json',
    authorization: `Bearer ${tokens.sign({ role: 'authenticated', sub: ANNA, exp: soon() })}`,
  })
  expect([single.status, ((await single.json()) as { code: string }).code]).toEqual([406, 'PGRST116'])
})

test('[REST5] what the database raises reaches the caller as status, code and sentence', async () => {
  const who = anna()
  expect(await who.rpc('refuse')).toMatchObject({
    status: 410,
    error: { code: 'PT410', message: 'This book is gone', details: 'book_gone' },
  })
  expect(await who.rpc('add', { a: 'x' })).toMatchObject({ status: 400, error: { code: '22P02' } })
  expect(await who.rpc('add', { c: 1 })).toMatchObject({ status: 404, error: { code: 'PGRST202' } })
  expect(await who.rpc('no_such')).toMatchObject({ status: 404, error: { code: 'PGRST202' } })
  expect(await who.rpc('add_book', { title: 'Emma' })).toMatchObject({ status: 409, error: { code: '23505' } })
  expect(await client().rpc('add_book', { title: 'Ida' })).toMatchObject({ status: 401, error: { code: '42501' } })
  expect(await who.from('no_such').select()).toMatchObject({ status: 404, error: { code: 'PGRST205' } })
})

const token = () => tokens.sign({ role: 'authenticated', sub: ANNA, exp: soon() })
test.for([
  ['a wrong token', () => post('/rpc/nothing', '{}', { authorization: 'Bearer a.b.c' }), 401, 'PGRST301'],
  [
    'an expired token',
    () => post('/rpc/nothing', '{}', { authorization: `Bearer ${tokens.sign({ role: 'authenticated', exp: 1 })}` }),
    401,
    'PGRST301',
  ],
  ['an unknown API key', () => post('/rpc/nothing', '{}', { apikey: 'sb_publishable_of_another' }), 401, 'PGRST301'],
  ['broken JSON', () => post('/rpc/nothing', '{"a":'), 400, 'PGRST102'],
  ['broken UTF-8', () => post('/rpc/add', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), 400, 'PGRST102'],
  ['a list for arguments', () => post('/rpc/nothing', '[1]'), 400, 'PGRST102'],
  ['a path that is not UTF-8', () => post('/rpc/%ff', '{}'), 400, 'PGRST100'],
  ['a body over 10 MiB', () => post('/rpc/nothing', JSON.stringify({ a: 'x'.repeat(11 * 2 ** 20) })), 413, 'PGRST102'],
  [
    'a schema that is not exposed',
    () => post('/rpc/version', '{}', { 'content-profile': 'pg_catalog', authorization: `Bearer ${token()}` }),
    406,
    'PGRST106',
  ],
  ['SQL in a function name', () => post(`/rpc/${encodeURIComponent('add"(); drop table library.books; --')}`, '{}'), 404, 'PGRST202'],
  ['SQL in an argument name', () => post('/rpc/add', '{"a\\" int); drop table library.books; --": 1}'), 404, 'PGRST202'],
] as const)('[REST6] %s is refused with a status, a code and a sentence', async ([, send, status, code]) => {
  const response = await send()
  const problem = (await response.json()) as { code: string; message: string }
  expect([response.status, problem.code]).toEqual([status, code])
  expect(problem.message.length).toBeGreaterThan(10)
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|at Object/)
})

test('[REST7] a new table and a new function are served after the schema cache is told', async () => {
  await sql.unsafe(`create table library.fresh (id int); alter table library.fresh enable row level security; grant select on library.fresh to authenticated;
    create function library.fresh_function() returns int language sql as 'select 7'; notify pgrst, 'reload schema'`)
  await expect.poll(async () => (await anna().rpc('fresh_function')).data).toBe(7)
  await expect.poll(async () => (await anna().from('fresh').select()).data).toEqual([])
})

test('[REST8] no more than 1000 rows leave at once', async () => {
  const { data } = await anna().rpc('many', { n: 1500 }).select()
  expect(data?.length).toBeLessThanOrEqual(1000)
})

test('[REST9] the service comes back by itself after the database dropped its connections', async () => {
  const admin = postgres(database.url('supabase_admin'), { max: 1 })
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'authenticator'`
  await admin.end()
  await expect.poll(async () => (await anna().rpc('add', { a: 1 })).data).toBe(11)
  await expect.poll(async () => (await anna().from('books').select('title')).error).toBeNull()
})

test('[REST10] the database learns from where a call or a query came, and the log nothing of what was refused', async () => {
  const headers = { authorization: `Bearer ${token()}`, 'user-agent': 'a probe' }
  expect(await (await post('/rpc/origin_of_call', '{}', headers)).json()).toBe('a probe')
  expect(await (await fetch(`${server.url}/rest/v1/origin`, { headers })).json()).toEqual([{ agent: 'a probe' }])
  expect((await anna().from('books').insert({ title: 'a secret title', added_at: 'never' })).error?.code).toBe('22007')
  expect(
    JSON.stringify(printed, (_key, value) =>
      value instanceof Error ? `${value.stack} ${JSON.stringify(value, Object.getOwnPropertyNames(value))}` : value,
    ),
  ).not.toContain('a secret title')
})
