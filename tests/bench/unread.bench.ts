import postgres from 'postgres'
import { startCluster } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import type { Report } from './run.ts'

const ROOMS = 10_000
const ROUNDS = 30
const id = (number: string) => `(lpad(to_hex(${number}), 8, '0') || '-0000-4000-8000-000000000000')::uuid`
const MEMBER = '00000000-0000-4000-8000-00000000000a'
const WORKSPACE = '00000001-0000-4000-8000-000000000000'

const SCENE = `
  insert into auth.users (id, email) values ('${MEMBER}', 'member@example.com');
  insert into atrium.profiles (id, name) values ('${MEMBER}', 'Member');
  insert into atrium.workspaces (id, name) values ('${WORKSPACE}', 'Workspace');
  insert into atrium.workspace_policies (workspace_id) values ('${WORKSPACE}');
  insert into atrium.members (workspace_id, user_id, role) values ('${WORKSPACE}', '${MEMBER}', 'editor');
  insert into atrium.spaces (id, workspace_id, name, position) select ${id('s')}, '${WORKSPACE}', 'Space', 'a' || s from generate_series(1, 20) s;
  insert into atrium.rooms (id, workspace_id, space_id, name, last_seq, last_place)
    select ${id('1000 + r')}, '${WORKSPACE}', ${id('1 + r % 20')}, 'room ' || r, r, r from generate_series(1, ${ROOMS}) r;
  insert into atrium.room_members (room_id, user_id) select id, '${MEMBER}' from atrium.rooms;
  insert into atrium.read_marks (room_id, user_id, seq, place) select id, '${MEMBER}', last_seq / 2, last_place / 2 from atrium.rooms;
`

const BARE = (columns: string) => `
  select count(known.unread) as rooms from (
    select ${columns} from atrium.rooms room join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = '${MEMBER}' offset 0
  ) known`

/** What it costs to list rooms and to know what is unread, for somebody who is in ten thousand rooms: with the rights of the policies, against the same rows without them. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const database = await createDatabase(cluster)
  try {
    const admin = postgres(database.url('supabase_admin'), { max: 1, onnotice: () => {} })
    await admin.unsafe(`set session_replication_role = replica; ${SCENE}`)
    await admin.unsafe('vacuum analyze atrium.spaces, atrium.rooms, atrium.room_members, atrium.read_marks')
    await admin.end()
    const login = postgres(database.url('authenticator'), { max: 1, onnotice: () => {} })
    // Summed up in the database: what it takes to send ten thousand rows is the same with rights and without.
    const asMember = (query: string) =>
      login.begin(async (sql) => {
        await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify({ sub: MEMBER, role: 'authenticated' })}, true)`
        return timed(async () => Number((await sql.unsafe(query))[0]?.rooms))
      })
    const bare = (columns: string) =>
      login.begin(async (sql) => {
        await sql`select set_config('role', 'service_role', true)`
        return timed(async () => Number((await sql.unsafe(BARE(columns)))[0]?.rooms))
      })
    const measured = [
      {
        name: '10,000 unread counts for one person: with rights against the sum alone',
        own: () => asMember(`select count(unread) as rooms from atrium.unread_counts('${WORKSPACE}')`),
        peer: () => bare('room.last_place - mark.place as unread'),
      },
      {
        name: '10,000 rooms in the list of one person: with rights, roles and mentions against the rows in order',
        own: () => asMember(`select count(unread) as rooms from atrium.my_rooms('${WORKSPACE}')`),
        peer: () => bare('room.*, room.last_place - mark.place as unread, row_number() over (order by lower(room.name), room.id)'),
      },
    ]
    for (const { name, ...sides } of measured) {
      const times: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        times[0].push(await sides.own())
        times[1].push(await sides.peer())
      }
      const [value, peer] = times.map((all) => all.sort((one, other) => one - other)[ROUNDS / 2] ?? 0) as [number, number]
      report({ name, value, peer, unit: 'ms', ratio: value / peer })
    }
    await login.end()
  } finally {
    await database.drop()
    await stop()
  }
}

async function timed(run: () => Promise<number>): Promise<number> {
  const startedAt = performance.now()
  const rows = await run()
  if (rows !== ROOMS) throw new Error(`${rows} rooms instead of ${ROOMS}`)
  return performance.now() - startedAt
}
