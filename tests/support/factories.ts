import { randomUUID } from 'node:crypto'
import type { Functions, Result, Role, Row } from '../../sql/types.gen.ts'
import type { Database } from './database.ts'

export interface User {
  id: string
  email: string
}

/** An account with a confirmed e-mail address, made as the authentication service makes it. */
export async function createUser(db: Database, name = 'Person', options: { email?: string; confirmed?: boolean } = {}): Promise<User> {
  const id = randomUUID()
  const email = options.email ?? `${name.toLowerCase()}-${id.slice(0, 8)}@example.com`
  await db.admin`
    insert into auth.users (id, email, raw_user_meta_data, email_confirmed_at, created_at)
    values (${id}, ${email}, ${db.admin.json({ name })}, ${options.confirmed === false ? null : new Date()}, now())`
  return { id, email }
}

export interface Workspace {
  id: string
  owner: User
  /** The open space that every workspace begins with, and its room. */
  general: Row<'spaces'>
  room: Result<'my_rooms'>[number]
}

/** A workspace with its owner. */
export async function createWorkspace(db: Database): Promise<Workspace> {
  const owner = await createUser(db, 'Owner')
  const { id } = await db.call(owner, 'create_workspace', { id: randomUUID(), name: 'Acme' })
  const [general] = await db.admin<Row<'spaces'>[]>`select * from atrium.spaces where workspace_id = ${id}`
  const [room] = await db.call(owner, 'my_rooms', { workspace_id: id })
  if (!general || !room) throw new Error('A new workspace has no space or room')
  return { id, owner, general, room }
}

/** Somebody new in a workspace, by an invitation that he accepts. */
export async function createMember(db: Database, workspace: Workspace, role: Role): Promise<User> {
  const user = await createUser(db, role)
  const invitation = await db.call(workspace.owner, 'invite_member', { workspace_id: workspace.id, email: user.email, role })
  await db.call(user, 'accept_my_invitation', { invitation_id: invitation.id })
  return user
}

/** The actors of the rights tables, in this order. */
export const ACTORS = ['stranger', 'guest', 'viewer', 'commenter', 'editor', 'admin', 'owner', 'suspended'] as const
export type Actor = (typeof ACTORS)[number]

/** One person for each actor. The suspended one is an editor otherwise. */
export async function createCast(db: Database, workspace: Workspace): Promise<Record<Actor, User>> {
  const suspended = await createMember(db, workspace, 'editor')
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: suspended.id })
  return {
    stranger: await createUser(db, 'stranger'),
    guest: await createMember(db, workspace, 'guest'),
    viewer: await createMember(db, workspace, 'viewer'),
    commenter: await createMember(db, workspace, 'commenter'),
    editor: await createMember(db, workspace, 'editor'),
    admin: await createMember(db, workspace, 'admin'),
    owner: workspace.owner,
    suspended,
  }
}

/** A document at the top of a space, the workspace's general one unless told. */
export function createDocument(db: Database, workspace: Workspace, options: { title?: string; spaceId?: string; parentId?: string } = {}) {
  return db.call(workspace.owner, 'create_document', {
    id: randomUUID(),
    space_id: options.spaceId ?? workspace.general.id,
    title: options.title ?? 'Plan',
    ...(options.parentId && { parent_id: options.parentId }),
  })
}

/** An upload of seven bytes, announced. */
export function beginUpload(db: Database, by: User, workspace: Workspace, more: Partial<Parameters<typeof announce>[2]> = {}) {
  return announce(db, by, { id: randomUUID(), space_id: workspace.general.id, parent_id: null, name: 'plan.pdf', size: 7, ...more })
}
const announce = (db: Database, by: User, args: Functions['begin_upload']['Args']) => db.call(by, 'begin_upload', args)

/** What the storage service and the worker do with an upload: its bytes are there, and are what was announced. */
export async function storeUpload(
  db: Database,
  upload: { id: string; path: string; size: number },
  found: { size?: number; sha256?: string; mime?: string } = {},
): Promise<string> {
  const size = found.size ?? upload.size
  await db.admin`insert into storage.objects (bucket_id, name, metadata) values ('files', ${upload.path}, ${db.admin.json({ size, mimetype: 'application/octet-stream' })})`
  const [row] =
    await db.admin`select atrium_private.finish_upload(${upload.id}, ${size}, ${found.sha256 ?? 'a'.repeat(64)}, ${found.mime ?? 'application/pdf'}) state`
  return row?.state
}

/** A file at the top of the general space, with its first version. */
export async function createFile(db: Database, workspace: Workspace, more: Parameters<typeof beginUpload>[3] = {}): Promise<Row<'files'>> {
  const upload = await beginUpload(db, workspace.owner, workspace, more)
  await storeUpload(db, upload)
  const [file] = await db.admin<
    Row<'files'>[]
  >`select file.* from atrium.files file join atrium.file_uploads done on done.file_id = file.id where done.id = ${upload.id}`
  if (!file) throw new Error('The upload became no file')
  return file
}

export async function addFileVersion(db: Database, by: User, file: string, more: { note?: string; size?: number } = {}): Promise<void> {
  const upload = await announce(db, by, { id: randomUUID(), space_id: null, parent_id: null, name: null, file_id: file, size: 9, ...more })
  await storeUpload(db, upload)
}

/** A task of the general space, or of the one that is told, made by its owner unless somebody else is told. */
export function createTask(
  db: Database,
  workspace: Workspace,
  options: { title?: string; spaceId?: string; by?: User; fields?: NonNullable<Functions['create_task']['Args']['fields']> } = {},
): Promise<Row<'tasks'>> {
  return db.call(options.by ?? workspace.owner, 'create_task', {
    id: randomUUID(),
    space_id: options.spaceId ?? workspace.general.id,
    title: options.title ?? 'Task',
    fields: options.fields ?? {},
  })
}
