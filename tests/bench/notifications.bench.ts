import { randomUUID } from 'node:crypto'
import { startCluster } from '../support/cluster.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { createWorkspace, type User } from '../support/factories.ts'
import type { Report } from './run.ts'

const MEMBERS = 1000
const ROUNDS = 30

/** What notifications add to the commit of a sender in a room of a thousand people: a message of which nobody is told, one that mentions
 *  all, one in a room that all watch; and what the inbox of somebody with ten thousand notifications takes. */
export async function bench(report: Report): Promise<void> {
  const { cluster, stop } = await startCluster()
  const db = await createDatabase(cluster)
  try {
    const { id: workspace, owner, general } = await createWorkspace(db)
    await db.admin`
      with people as (
        insert into auth.users (id, email, raw_user_meta_data, email_confirmed_at)
        select gen_random_uuid(), 'person' || n || '@example.com', '{}', now() from generate_series(1, ${MEMBERS}) n returning id
      )
      insert into atrium.members (workspace_id, user_id, role) select ${workspace}, id, 'editor' from people`
    const quiet = await room(db, owner, general.id)
    const watched = await room(db, owner, general.id)
    await db.admin`
      insert into atrium.notification_levels (user_id, object_type, object_id, workspace_id, level)
      select user_id, 'room', room_id, ${workspace}, 'all' from atrium.room_members where room_id = ${watched}`
    await db.admin`analyze`
    const say = (room_id: string, content: object | null) => async () => {
      const started = performance.now()
      await db.call(owner, 'send_message', { id: randomUUID(), room_id, text: 'Hello', content: content as never })
      return performance.now() - started
    }
    const mention = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { kind: 'all', label: 'all' } }] }] }
    const bare = await median(say(quiet, null))
    for (const [name, run] of [
      ['a message that mentions all of a room of 1,000', say(quiet, mention)],
      ['a message in a room that its 1,000 members watch', say(watched, null)],
    ] as const) {
      const took = await median(run)
      report({ name: `${name}, against one of which nobody is told`, value: took, unit: 'ms', peer: bare, ratio: took / bare })
    }
    const [job] = await db.admin<{ data: object }[]>`select data from pgboss.job where name = 'tell_people' limit 1`
    const telling = await median(async () => {
      await db.admin`delete from atrium.notifications`
      const started = performance.now()
      await db.admin`select atrium_private.tell_many(${db.admin.json(job?.data as never)})`
      return performance.now() - started
    })
    report({ name: 'the job that tells 1,000 people', value: telling, unit: 'ms' })
    const [reader] = await db.admin<
      User[]
    >`select user_id as id from atrium.room_members where room_id = ${watched} and user_id <> ${owner.id} limit 1`
    await db.admin`
      insert into atrium.notifications (user_id, workspace_id, object_type, object_id, kind, touched_at)
      select ${reader?.id ?? ''}, ${workspace}, 'room', ${watched}, 'message', now() - n * interval '1 minute' from generate_series(1, 10000) n`
    await db.admin`analyze atrium.notifications`
    const timed = (run: () => Promise<unknown>) => async () => {
      const started = performance.now()
      await run()
      return performance.now() - started
    }
    const me = reader ?? null
    const nothing = await median(timed(() => db.as(me, (sql) => sql`select 1`)))
    for (const [name, run] of [
      ['the inbox of 10,000 notifications, its first 100', () => db.call(me, 'my_inbox', { workspace_id: workspace })],
      ['the badge of 10,000 unread', () => db.call(me, 'inbox_count', { workspace_id: workspace })],
    ] as const) {
      const took = await median(timed(run))
      report({ name: `${name}, against a round trip`, value: took, unit: 'ms', peer: nothing, ratio: took / nothing })
    }
  } finally {
    await db.drop()
    await stop()
  }
}

async function room(db: Database, owner: User, space: string): Promise<string> {
  const { id } = await db.call(owner, 'create_room', { id: randomUUID(), space_id: space, name: 'everybody' })
  await db.admin`
    insert into atrium.room_members (room_id, user_id)
    select ${id}, member.user_id from atrium.members member where member.user_id <> ${owner.id}`
  return id
}

async function median(run: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await run())
  return times.sort((one, other) => one - other)[ROUNDS / 2] ?? Number.NaN
}
