import postgres from 'postgres'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import type { Report } from './run.ts'

const ROOMS = 200
/** In each room: a million in all. */
const MESSAGES = 5000
const PEOPLE = 50
const WORDS = 4000
const ROUNDS = 60

const id = (number: string) => `(lpad(to_hex(${number}), 8, '0') || '-0000-4000-8000-000000000000')::uuid`
const one = (number: number) => `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
const WORKSPACE = one(1)
const READER = one(1001)

/** Ten words each: some stand in every third message, most in one of thousands, as in what people write. */
const FILL = `
  insert into auth.users (id, email) select ${id('1000 + n')}, n || '@example.com' from generate_series(1, ${PEOPLE}) n;
  insert into atrium.profiles (id, name) select ${id('1000 + n')}, 'Person ' || n from generate_series(1, ${PEOPLE}) n;
  insert into atrium.workspaces (id, name) values ('${WORKSPACE}', 'Workspace');
  insert into atrium.workspace_policies (workspace_id) values ('${WORKSPACE}');
  insert into atrium.members (workspace_id, user_id, role) select '${WORKSPACE}', ${id('1000 + n')}, 'editor' from generate_series(1, ${PEOPLE}) n;
  insert into atrium.spaces (id, workspace_id, name, position) values ('${WORKSPACE}', '${WORKSPACE}', 'Space', 'a0');
  insert into atrium.rooms (id, workspace_id, space_id, name, last_seq, last_place)
    select ${id('2000 + n')}, '${WORKSPACE}', '${WORKSPACE}', 'room ' || n, ${MESSAGES}, ${MESSAGES} from generate_series(1, ${ROOMS}) n;
  insert into atrium.messages (id, room_id, seq, place, author_id, text, created_at)
    select gen_random_uuid(), ${id('2000 + room')}, n, n, ${id(`1000 + 1 + (room * 7 + n) % ${PEOPLE}`)}, (
        select string_agg('word' || floor(${WORDS} * power(random(), 3))::int, ' ') from generate_series(1, 10) w where w + n > 0
      ) || case when room = 17 and n = 4321 then ' unobtainium' else '' end,
      now() - (${MESSAGES} - n) * interval '5 minutes' - room * interval '1 second'
    from generate_series(1, ${ROOMS}) room, generate_series(1, ${MESSAGES}) n;
  insert into atrium_private.message_search (message_id, workspace_id, room_id, sent_at, words)
    select message.id, '${WORKSPACE}', message.room_id, message.created_at, atrium_private.search_words(message, '${WORKSPACE}')
    from atrium.messages message;
`

const text = (query: string) => `query => '${query}'`
const SEARCHES: [string, string][] = [
  ['a word of every third message', text('word1')],
  ['a word of one in a thousand', text('word2000')],
  ['a word that stands once, long ago', text('unobtainium')],
  ['two frequent words', text('word0 word3')],
  ['the beginning of a word', text('word19')],
  ['a part of a word', text('btainiu')],
  ['nothing that there is', text('neverwritten')],
  ['a frequent word by one person', `${text('word2')}, from_people => '{${one(1010)}}'`],
  ['a word of one in a thousand, in one room', `${text('word2000')}, in_rooms => '{${one(2042)}}'`],
  ['what one person said', `from_people => '{${one(1020)}}'`],
  ['a frequent word, a year ago', `${text('word1')}, sent_before => now() - interval '15 days'`],
]

/** Finding messages among a million, with the rights of a member of 200 rooms: the time at the database, as somebody who types waits for it. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  try {
    // The superuser skips triggers: nobody listens to a million announcements.
    const admin = postgres(database.url('supabase_admin'), {
      max: 1,
      onnotice: () => {},
      connection: { session_replication_role: 'replica' },
    })
    await admin.unsafe(FILL)
    await admin.unsafe('vacuum (analyze)')
    await admin.end()
    const login = postgres(database.url('authenticator'), { max: 1, onnotice: () => {} })
    const ask = (args: string, prefix = '') =>
      login.begin(async (sql) => {
        await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify({ sub: READER, role: 'authenticated' })}, true)`
        const startedAt = performance.now()
        const rows = await sql.unsafe(`${prefix}select * from atrium.search_messages('${WORKSPACE}', ${args})`, [], { prepare: true })
        return { milliseconds: performance.now() - startedAt, rows }
      })
    const all: number[] = []
    for (const [name, args] of SEARCHES) {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) times.push((await ask(args)).milliseconds)
      times.sort((a, b) => a - b)
      all.push(...times)
      const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
      const found = (await ask(args)).rows.length
      report({ name: `search, ${name} (${found} found), p50`, value: at(0.5), unit: 'ms' })
      report({ name: `search, ${name}, p95`, value: at(0.95), unit: 'ms' })
    }
    all.sort((a, b) => a - b)
    report({ name: 'search among a million messages, p95 of all', value: all[Math.floor(all.length * 0.95)] ?? 0, unit: 'ms' })
    await login.end()
  } finally {
    await database.drop()
    await stop()
  }
}
