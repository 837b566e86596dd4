import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Result } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import {
  ACTORS,
  type Actor,
  createCast,
  createDocument,
  createUser,
  createWorkspace,
  type User,
  type Workspace,
} from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let cast: Record<Actor, User>
/** An open space, a private one with a document, public and private rooms in both, and a group and a guest with grants. */
let things: {
  space: string
  hidden: string
  document: string
  secret: string
  trashed: string
  room: string
  us: string
  inner: string
  group: string
}
beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
  const { owner, general, id } = workspace
  const hidden = await db.call(cast.editor, 'create_space', { id: randomUUID(), workspace_id: id, name: 'Hidden', private: true })
  const group = await db.call(owner, 'create_group', { id: randomUUID(), workspace_id: id, name: 'Team' })
  for (const user of [cast.viewer, cast.guest, cast.suspended]) {
    await db.call(owner, 'add_group_member', { group_id: group.id, user_id: user.id })
  }
  await db.call(cast.editor, 'set_space_group', { space_id: hidden.id, group_id: group.id, role: 'commenter' })
  const document = await createDocument(db, workspace)
  const trashed = await createDocument(db, workspace)
  const secret = await db.call(cast.editor, 'create_document', { id: randomUUID(), space_id: hidden.id })
  const share = { object_type: 'document', object_id: document.id }
  await db.call(owner, 'share_item', { ...share, role: 'editor', group_id: group.id })
  await db.call(owner, 'share_item', { ...share, role: 'viewer', user_id: cast.guest.id })
  await db.call(owner, 'share_item', { ...share, object_id: trashed.id, role: 'viewer', user_id: cast.guest.id })
  await db.call(owner, 'trash_document', { id: trashed.id })
  const us = await db.call(owner, 'create_room', { id: randomUUID(), space_id: general.id, name: 'us', private: true })
  await db.call(owner, 'add_room_member', { room_id: us.id, user_id: cast.guest.id })
  await db.call(owner, 'share_item', { object_type: 'room', object_id: us.id, role: 'viewer', user_id: cast.viewer.id })
  const inner = await db.call(cast.editor, 'create_room', { id: randomUUID(), space_id: hidden.id, name: 'inner', private: true })
  await db.call(cast.editor, 'add_room_member', { room_id: inner.id, user_id: cast.viewer.id })
  things = {
    space: general.id,
    hidden: hidden.id,
    document: document.id,
    secret: secret.id,
    trashed: trashed.id,
    room: workspace.room.id,
    us: us.id,
    inner: inner.id,
    group: group.id,
  }
}, 60_000)
afterAll(() => db.drop())

const OBJECTS = [
  ['an open space', 'space', 'space', 'owner'],
  ['a private space', 'space', 'hidden', 'editor'],
  ['a document', 'document', 'document', 'owner'],
  ['a document in a private space', 'document', 'secret', 'editor'],
  ['a document in the trash', 'document', 'trashed', 'owner'],
  ['a room', 'room', 'room', 'owner'],
  ['a private room', 'room', 'us', 'owner'],
  ['a private room in a private space', 'room', 'inner', 'editor'],
] as const
test.for(OBJECTS)(
  '[WHO1] who has access to %s is everybody for whom why_can says so, with the same role',
  async ([, type, thing, asker]) => {
    const listed = await db.call(cast[asker], 'who_has_access', { object_type: type, object_id: things[thing] })
    const roles: Record<string, string | undefined> = Object.fromEntries(listed.map(({ user_id, role }) => [user_id, role]))
    for (const actor of ACTORS) {
      const [row] = await db.admin<{ role: string | null }[]>`
      select max(role) as role from atrium_private.rights_on(${cast[actor].id}, ${type}, ${things[thing]})`
      expect([actor, roles[cast[actor].id]]).toEqual([actor, row?.role ?? undefined])
    }
    expect(listed.length).toBeGreaterThan(1)
  },
)

test('[WHO1] the rooms that policies let somebody see are those on which he has a role', async () => {
  for (const actor of ACTORS) {
    const asked = async (query: string) =>
      (await db.as(cast[actor], (sql) => sql.unsafe<{ id: string }[]>(query))).map(({ id }) => id).sort()
    const roles = await db.admin<{ id: string }[]>`select distinct room_id as id from atrium_private.room_rights(${cast[actor].id})`
    expect([actor, await asked('select id from atrium.rooms')]).toEqual([actor, roles.map(({ id }) => id).sort()])
  }
})

test('[WHO2] each has a sentence that says why, and the chain of his roles', async () => {
  const until = '2099-01-31T12:00:00Z'
  const share = {
    object_type: 'document',
    object_id: things.secret,
    role: 'viewer',
    user_id: cast.commenter.id,
    expires_at: until,
  } as const
  await db.call(cast.editor, 'share_item', share)
  const reasons = async (object_type: string, object_id: string, asker: User) =>
    Object.fromEntries((await db.call(asker, 'who_has_access', { object_type, object_id })).map(({ user_id, reason }) => [user_id, reason]))
  expect(await reasons('document', things.document, cast.owner)).toMatchObject({
    [cast.owner.id]: 'The role in the workspace is owner.',
    [cast.editor.id]: 'The role in the workspace is editor.',
    [cast.guest.id]: 'Shared with the group Team as editor.',
  })
  expect(await reasons('document', things.secret, cast.editor)).toMatchObject({
    [cast.viewer.id]: 'The group Team has the role commenter in the space.',
    [cast.commenter.id]: 'Shared with this person as viewer until 2099-01-31 12:00 UTC.',
  })
  expect(await reasons('room', things.us, cast.owner)).toMatchObject({ [cast.guest.id]: 'A member of this private room, as commenter.' })
  const rows = await db.call(cast.owner, 'who_has_access', { object_type: 'document', object_id: things.document })
  expect(rows.find(({ user_id }) => user_id === cast.guest.id)?.chain).toMatchObject([
    { source: 'grant', role: 'editor', group_id: things.group, group_name: 'Team' },
    { source: 'grant', role: 'viewer' },
  ])
})

test('[WHO3] who writes one document by a grant alone, or as a guest, does not learn who the others are', async () => {
  for (const actor of ['guest', 'viewer', 'commenter'] as const) {
    const asked = db.call(cast[actor], 'who_has_access', { object_type: 'document', object_id: things.document })
    await expect(asked).rejects.toMatchObject({ code: 'PT403', detail: 'role_too_low' })
  }
})

/** What a change would do: `<actor> <thing> before>after`. */
async function preview(asker: User, change: string, args: Record<string, unknown>): Promise<string[]> {
  const rows: Result<'preview_access_change'> = await db.call(asker, 'preview_access_change', { change, arguments: args as never })
  const actor = (id: string) => ACTORS.find((name) => cast[name].id === id)
  const thing = (id: string) => (id === workspace.id ? 'workspace' : Object.entries(things).find(([, known]) => known === id)?.[0])
  return rows.map(({ user_id, object_id, before, after }) => `${actor(user_id)} ${thing(object_id)} ${before ?? ''}>${after ?? ''}`).sort()
}

test('[DRY1] who gains and who loses what is told before a change is saved, and nothing is changed by asking', async () => {
  const { id, owner, general } = workspace
  const heard: string[] = []
  await db.admin.listen('atrium_access', (payload) => heard.push(payload))
  const state = async () =>
    (
      await db.admin.unsafe(`select (select jsonb_agg(members order by user_id) from atrium.members), (select jsonb_agg(spaces order by id) from atrium.spaces),
      (select count(*)::int from atrium.audit_events), (select count(*)::int from atrium.grants), (select count(*)::int from realtime.messages)`)
    )[0]
  const before = await state()
  const member = (actor: Actor) => ({ workspace_id: id, user_id: cast[actor].id })
  expect(await preview(owner, 'set_member_role', { ...member('editor'), role: 'viewer' })).toEqual([
    'editor document editor>viewer',
    'editor space editor>viewer',
    'editor workspace editor>viewer',
  ])
  // What the owner cannot see is left out: the private space and what is in it.
  expect(await preview(owner, 'suspend_member', member('guest'))).toEqual([
    'guest document editor>',
    'guest us commenter>',
    'guest workspace guest>',
  ])
  expect(await preview(owner, 'reactivate_member', member('suspended'))).toContain('suspended workspace >editor')
  expect(await preview(owner, 'set_space_private', { space_id: general.id, private: true })).toEqual(
    [
      ...['admin', 'commenter', 'editor'].flatMap((actor) => [`${actor} space ${actor}>`, `${actor} document ${actor}>`]),
      'viewer space viewer>', // The group still lets him write the document.
      'guest us commenter>', // A private room in a private space is for members of both.
      ...['space', 'document', 'us'].map((thing) => `owner ${thing} owner>admin`),
    ].sort(),
  )
  expect(await preview(cast.editor, 'set_space_private', { space_id: things.hidden, private: false })).toEqual(
    [
      'admin hidden >admin',
      'commenter hidden >commenter',
      'commenter secret viewer>commenter',
      'owner hidden >owner',
      'owner secret >owner',
      'admin secret >admin',
    ].sort(),
  )
  expect(await preview(owner, 'remove_group_member', { group_id: things.group, user_id: cast.guest.id })).toEqual([
    'guest document editor>viewer',
  ])
  expect(
    await preview(owner, 'share_item', { object_type: 'document', object_id: things.document, role: 'editor', user_id: cast.commenter.id }),
  ).toEqual(['commenter document commenter>editor'])
  expect(await preview(owner, 'delete_group', { group_id: things.group })).toEqual([
    'guest document editor>viewer',
    'viewer document editor>viewer',
  ])
  // The private space of the editor gets another admin: who leaves sees that, before he leaves.
  expect(await preview(cast.editor, 'remove_member', member('editor'))).toEqual(
    expect.arrayContaining(['editor hidden admin>', 'editor workspace editor>', 'owner hidden >admin']),
  )
  expect(await preview(owner, 'set_member_role', { ...member('editor'), role: 'editor' })).toEqual([])
  expect(await state()).toEqual(before)
  await db.admin`select pg_notify('atrium_access', 'end')`
  await expect.poll(() => heard).toEqual(['end'])
})

test('[DRY1] a room that is closed, archived or left by somebody, and a second factor that is asked for, are tried too', async () => {
  const { id, owner } = workspace
  expect(await preview(owner, 'remove_room_member', { room_id: things.us, user_id: cast.guest.id })).toEqual(['guest us commenter>'])
  expect(await preview(owner, 'archive_room', { room_id: things.us, archived: true })).toEqual(
    ['guest us commenter>viewer', 'owner us owner>viewer'].sort(),
  )
  expect(await preview(owner, 'update_room', { room_id: things.room, private: true })).toEqual(
    ['admin room admin>', 'commenter room commenter>', 'editor room editor>', 'viewer room viewer>'].sort(),
  )
  expect(await preview(owner, 'archive_room', { room_id: things.room, archived: true })).toEqual(
    ['admin', 'commenter', 'editor', 'owner'].map((actor) => `${actor} room ${actor}>viewer`).sort(),
  )
  // The owner, who signed in with one, and the editor have a factor; the others cannot enter before they set one up.
  for (const { id: user } of [owner, cast.editor])
    await db.admin`
      insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
      values (gen_random_uuid(), ${user}, 'totp', 'verified', now(), now())`
  const rows = await db.as(owner, async (sql) => {
    await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: owner.id, role: 'authenticated', aal: 'aal2' })}, true)`
    return sql<{ user_id: string; after: string | null }[]>`
      select user_id, after from atrium.preview_access_change('set_workspace_policy', ${sql.json({ workspace_id: id, needs_mfa: true })})
      where object_type = 'workspace'`
  })
  expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(
    new Set((['guest', 'viewer', 'commenter', 'admin'] as const).map((actor) => cast[actor].id)),
  )
  expect(new Set(rows.map(({ after }) => after))).toEqual(new Set([null]))
  await expect(preview(owner, 'set_workspace_policy', { workspace_id: id, needs_mfa: true })).rejects.toMatchObject({
    detail: 'mfa_needed_first',
  })
})

test('[DRY1] sharing for the first time, and no more, changes nothing for who sees the space anyway', async () => {
  const document = await createDocument(db, workspace)
  const stranger = await createUser(db)
  const item = { object_type: 'document', object_id: document.id } as const
  const asked = async (change: string, args: Record<string, unknown>) =>
    (await db.call(workspace.owner, 'preview_access_change', { change, arguments: args as never })).map(
      ({ user_id, before, after }) =>
        `${user_id === stranger.id ? 'stranger' : ACTORS.find((name) => cast[name].id === user_id)} ${before}>${after}`,
    )
  const share = { ...item, role: 'editor', user_id: cast.guest.id } as const
  expect(await asked('share_item', share)).toEqual(['guest null>editor'])
  const grant = await db.call(workspace.owner, 'share_item', share)
  expect(await asked('unshare_item', { grant_id: grant.id })).toEqual(['guest editor>null'])
  await db.call(workspace.owner, 'unshare_item', { grant_id: grant.id })
  const [link] = await db.call(workspace.owner, 'create_link', { ...item, role: 'commenter' })
  await db.call(stranger, 'open_link', { token: link?.token ?? '' })
  expect(await asked('delete_link', { link_id: link?.id })).toEqual(['stranger commenter>null'])
})

test('[DRY2] who may not make a change learns nothing by trying it, and gets its refusal', async () => {
  const { id, owner } = workspace
  const refusals = [
    [cast.editor, 'set_member_role', { workspace_id: id, user_id: owner.id, role: 'viewer' }, 'role_too_low'],
    [cast.stranger, 'set_space_private', { space_id: things.hidden, private: false }, 'space_not_found'],
    [cast.owner, 'set_space_private', { space_id: things.hidden, private: false }, 'space_not_found'],
    [cast.owner, 'remove_member', { workspace_id: id, user_id: owner.id }, 'last_owner'],
    [cast.owner, 'drop_everything', {}, 'change_invalid'],
    [cast.owner, 'set_member_role', { workspace_id: 'x' }, 'arguments_invalid'],
    [cast.owner, 'set_member_role', { workspace_id: id, user_id: owner.id, role: 'king' }, 'arguments_invalid'],
  ] as const
  for (const [asker, change, args, detail] of refusals) {
    await expect(preview(asker, change, args)).rejects.toMatchObject({ detail })
  }
})

test('[SPC6] a space that is closed is lost to everybody but its members, and comes back when it is opened', async () => {
  const space = await db.call(cast.admin, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Turn' })
  const seenBy = (user: User) => db.as(user, async (sql) => (await sql`select from atrium.spaces where id = ${space.id}`).count)
  // The owner of the workspace closes it and is its admin from then on.
  const closed = await db.call(cast.owner, 'set_space_private', { space_id: space.id, private: true })
  expect(closed.private).toBe(true)
  expect([await seenBy(cast.owner), await seenBy(cast.admin), await seenBy(cast.editor)]).toEqual([1, 1, 0])
  const [row] = await db.admin`select epoch from atrium.spaces where id = ${space.id}`
  expect(row?.epoch).toBe(space.epoch + 1)
  await db.call(cast.owner, 'set_space_private', { space_id: space.id, private: false })
  expect(await seenBy(cast.editor)).toBe(1)
})

/** What a member sees: `<thing> <role>`. */
async function visible(asker: User, to: User): Promise<string[]> {
  const rows = await db.call(asker, 'visible_to', { workspace_id: workspace.id, user_id: to.id })
  const names = Object.entries({ ...things, workspace: workspace.id })
  return rows.flatMap(({ object_id, role }) => names.filter(([, id]) => id === object_id).map(([name]) => `${name} ${role}`)).sort()
}

test('[VIS1] an admin sees what a member sees and why, but for what is hidden from the admin', async () => {
  expect(await visible(cast.owner, cast.guest)).toEqual(['document editor', 'us commenter', 'workspace guest'])
  expect(await visible(cast.owner, cast.viewer)).toEqual(['document editor', 'space viewer', 'us viewer', 'workspace viewer'])
  // The private space of the editor is not there for the owner, and is for an admin who is in it.
  expect(await visible(cast.owner, cast.editor)).toEqual(['space editor', 'workspace editor'])
  await db.call(cast.editor, 'set_space_member', { space_id: things.hidden, user_id: cast.admin.id, role: 'viewer' })
  expect(await visible(cast.admin, cast.viewer)).toContain('hidden commenter')
  await db.call(cast.editor, 'remove_space_member', { space_id: things.hidden, user_id: cast.admin.id })
  expect(await visible(cast.admin, cast.viewer)).not.toContain('hidden commenter')
  expect(await visible(cast.owner, cast.suspended)).toEqual([])
  const rows = await db.call(cast.owner, 'visible_to', { workspace_id: workspace.id, user_id: cast.guest.id })
  expect(rows.find(({ object_id }) => object_id === things.document)).toMatchObject({
    space_id: things.space,
    reason: 'Shared with the group Team as editor.',
    chain: [
      { source: 'grant', group_name: 'Team' },
      { source: 'grant', role: 'viewer' },
    ],
  })
})

test('[VIS2] nobody below an admin asks, and not about people of other workspaces', async () => {
  const ask = (asker: User, of: User) => db.call(asker, 'visible_to', { workspace_id: workspace.id, user_id: of.id })
  await expect(ask(cast.editor, cast.editor)).rejects.toMatchObject({ detail: 'role_too_low' })
  await expect(ask(cast.stranger, cast.guest)).rejects.toMatchObject({ detail: 'workspace_not_found' })
  await expect(ask(cast.owner, cast.stranger)).rejects.toMatchObject({ detail: 'member_not_found' })
})
