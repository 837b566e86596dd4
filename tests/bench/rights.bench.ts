import postgres from 'postgres'
import { createRest } from '../../supabase/local/rest/rest.ts'
import { makeSecrets } from '../../supabase/local/secrets.ts'
import { createTokens } from '../../supabase/local/tokens.ts'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { serve } from '../support/serve.ts'
import type { Report } from './run.ts'

const WORKSPACES = 40
const SPACES = 50
/** In each space, as pages and as messages: a million of each. */
const ROWS = 500
const ROUNDS = 200
/** Each connection of REST plans the functions of the policies anew, and for good only after some calls. */
const WARM_UP = 120
/** The workspace of the member, and one of its spaces, which is private. */
const [MINE, SPACE] = [7, 24]

/** A UUID that counts, so that a million of them are inserted in order. */
const id = (number: string) => `(lpad(to_hex(${number}), 8, '0') || '-0000-4000-8000-000000000000')::uuid`
const place = (workspace: string, space: string) => `${workspace} * 100 + ${space}`
const MEMBER = '00000000-0000-4000-8000-00000000000a'

const PEOPLE = `
  insert into auth.users (id, email) values ('${MEMBER}', 'member@example.com');
  insert into atrium.profiles (id, name) values ('${MEMBER}', 'Member');
  insert into atrium.workspaces (id, name) select ${id('w')}, 'Workspace' from generate_series(1, ${WORKSPACES}) w;
  insert into atrium.workspace_policies (workspace_id) select id from atrium.workspaces;
  insert into atrium.spaces (id, workspace_id, name, position, private)
    select ${id(place('w', 's'))}, ${id('w')}, 'Space', 'a' || lpad(s::text, 2, '0'), s % 2 = 0
    from generate_series(1, ${WORKSPACES}) w, generate_series(1, ${SPACES}) s;
  insert into atrium.rooms (id, workspace_id, space_id, name) select id, workspace_id, id, 'room' from atrium.spaces;
  insert into atrium.members (workspace_id, user_id, role) values (${id(String(MINE))}, '${MEMBER}', 'editor');
  insert into atrium.space_members (space_id, user_id, role)
    select id, '${MEMBER}', 'editor' from atrium.spaces where workspace_id = ${id(String(MINE))} and private;
`
const everywhere = `from generate_series(1, ${WORKSPACES}) w, generate_series(1, ${SPACES}) s, generate_series(1, ${ROWS}) n`
const FILL = {
  documents: `insert into atrium.documents (id, workspace_id, space_id, title, position)
    select ${id(`(${place('w', 's')}) * 1000 + n`)}, ${id('w')}, ${id(place('w', 's'))}, 'Page ' || n, 'a' || lpad(n::text, 3, '0') ${everywhere}`,
  messages: `insert into atrium.messages (id, room_id, seq, place, text)
    select ${id(`(${place('w', 's')}) * 1000 + n`)}, ${id(place('w', 's'))}, n, n, 'Message ' || n ${everywhere}`,
}

const here = `${(MINE * 100 + SPACE).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
const LISTS = [
  {
    name: '50 pages of a space',
    path: `documents?select=id,title,icon,parent_id,position&space_id=eq.${here}&order=parent_id,position&limit=50`,
    query: `select id, title, icon, parent_id, position from atrium.documents where space_id = '${here}' order by parent_id, position limit 50`,
  },
  {
    name: 'the latest 50 messages of a room',
    path: `messages?select=*&room_id=eq.${here}&order=seq.desc&limit=50`,
    query: `select * from atrium.messages where room_id = '${here}' order by seq desc limit 50`,
  },
]

/** What row-level security costs a member of 50 spaces among a million pages and a million messages: the same lists with a
 *  role that policies do not concern. As a REST request, as a prepared statement from sending it to its last row, both of which somebody
 *  waits for, and as the execution in PostgreSQL alone: a list of 50 takes a fortieth of a millisecond there, and looking up 50 spaces,
 *  half of them by membership, takes more. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  try {
    await fill(database.url('supabase_admin'))
    const tokens = createTokens(makeSecrets())
    const rest = await serve(await createRest({ databaseUrl: database.url('authenticator'), tokens, schemas: ['atrium'] }))
    const login = postgres(database.url('authenticator'), { max: 1, onnotice: () => {} })
    try {
      const tokenAs = (role: string) => tokens.sign({ role, sub: MEMBER, exp: Math.floor(Date.now() / 1000) + 3600 })
      for (const { name, path, query } of LISTS) {
        const ask = (token: string) => async () => {
          const response = await fetch(`${rest.url}/rest/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })
          const rows = (await response.json()) as unknown[]
          if (rows.length !== 50) throw new Error(`${name}: ${rows.length} rows, status ${response.status}`)
        }
        const [value, peer] = await inTurns(ask(tokenAs('authenticated')), ask(tokenAs('service_role')))
        report({ name: `${name}, a request: with policies against without`, value, peer, unit: 'ms', ratio: value / peer })
        const [there, bareThere] = await inTurns(
          roundTrip(login, query, 'authenticated'),
          roundTrip(login, query, 'service_role'),
          (milliseconds) => milliseconds,
        )
        report({ name: `${name}, a prepared statement`, value: there, peer: bareThere, unit: 'ms', ratio: there / bareThere })
        const [asMember, past] = [() => explain(login, query, 'authenticated'), () => explain(login, query, 'service_role')]
        const [execution, bare] = await inTurns(asMember, past, ({ milliseconds }) => milliseconds)
        report({
          name: `${name}, in PostgreSQL alone`,
          value: execution,
          peer: bare,
          unit: 'ms',
          ratio: execution / bare,
          notes: [`With policies:\n${(await asMember()).plan}`, `Without:\n${(await past()).plan}`],
        })
      }
    } finally {
      await login.end()
      await rest.close()
    }
  } finally {
    await database.drop()
    await stop()
  }
}

async function fill(url: string): Promise<void> {
  // The superuser skips triggers and foreign keys: nobody listens to two million announcements.
  const sql = postgres(url, { max: 2, onnotice: () => {}, connection: { session_replication_role: 'replica' } })
  await sql.unsafe(PEOPLE)
  await Promise.all([sql.unsafe(FILL.documents), sql.unsafe(FILL.messages)])
  await sql.unsafe('analyze')
  await sql.end()
}

/** The median of each, measured in turns, so that what else the machine does hits both. */
async function inTurns<T>(ours: () => Promise<T>, peer: () => Promise<T>, measured?: (result: T) => number): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < WARM_UP + ROUNDS; round++)
    for (const [which, run] of [ours, peer].entries()) {
      const startedAt = performance.now()
      const result = await run()
      const milliseconds = measured ? measured(result) : performance.now() - startedAt
      if (round >= WARM_UP) times[which]?.push(milliseconds)
    }
  return [median(times[0]), median(times[1])]
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Asks with somebody's role and tells the time from sending the prepared statement to its last row. */
function roundTrip(login: postgres.Sql, query: string, role: string): () => Promise<number> {
  return () =>
    login.begin(async (sql) => {
      await become(sql, role)
      const startedAt = performance.now()
      // The comment gives each role a statement of its own: another role's would be planned again.
      const rows = await sql.unsafe(`${query} /* ${role} */`, [], { prepare: true })
      const milliseconds = performance.now() - startedAt
      if (rows.length !== 50) throw new Error(`${rows.length} rows`)
      return milliseconds
    }) as Promise<number>
}

const become = (sql: postgres.TransactionSql, role: string) =>
  sql`select set_config('role', ${role}, true), set_config('request.jwt.claims', ${JSON.stringify({ sub: MEMBER, role })}, true)`

interface Explained {
  milliseconds: number
  plan: string
}

/** One run of a query with somebody's role, and what PostgreSQL says of it. */
async function explain(login: postgres.Sql, query: string, role: string): Promise<Explained> {
  const lines = await login.begin(async (sql) => {
    await become(sql, role)
    return sql.unsafe<{ 'QUERY PLAN': string }[]>(`explain (analyze, buffers) ${query}`)
  })
  const plan = lines.map((line) => line['QUERY PLAN']).join('\n')
  return { plan, milliseconds: Number(/Execution Time: ([\d.]+) ms/.exec(plan)?.[1]) }
}
