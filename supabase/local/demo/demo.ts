import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlatformAddress } from '../supervisor/platform.ts'
import { type DemoPerson, isEmpty, signUp } from './api.ts'
import { type DemoDocument, type DemoSpace, PEOPLE, type PersonKey, SPACES, WORKSPACE } from './content.ts'
import { makeTour } from './tour.ts'

/** How to get in. */
export interface DemoLogin {
  email: string
  password: string
}

type Team = Record<PersonKey, DemoPerson>

/** Fills an empty installation with a sample team, through the APIs that anybody has. Gives the login, also later; `null` when the
 *  installation belongs to real people. */
export async function fillWithDemo(address: PlatformAddress, dataDirectory: string): Promise<DemoLogin | null> {
  const file = join(dataDirectory, 'demo.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoLogin
  if (!(await isEmpty(address))) return null
  // Never a password that is known: the installation may be open to others.
  const password = randomBytes(9).toString('base64url')
  const team = await makeTeam(address, password)
  const workspaceId = randomUUID()
  await team.ada.rpc('create_workspace', { id: workspaceId, name: WORKSPACE })
  await inviteOthers(team, workspaceId)
  for (const space of SPACES) await fillSpace(team, workspaceId, space)
  const login = { email: team.ada.email, password }
  writeFileSync(file, JSON.stringify(login), { mode: 0o600 })
  return login
}

async function makeTeam(address: PlatformAddress, password: string): Promise<Team> {
  const people = await Promise.all(PEOPLE.map(({ key, name }) => signUp(address, { name, email: `${key}@example.com`, password })))
  return Object.fromEntries(PEOPLE.map(({ key }, index) => [key, people[index]])) as Team
}

async function inviteOthers(team: Team, workspaceId: string): Promise<void> {
  for (const { key, role } of PEOPLE) {
    if (key === 'ada') continue
    const { id } = await team.ada.rpc<{ id: string }>('invite_member', { workspace_id: workspaceId, email: team[key].email, role })
    await team[key].rpc('accept_my_invitation', { invitation_id: id })
  }
}

async function fillSpace(team: Team, workspaceId: string, space: DemoSpace): Promise<void> {
  const spaceId = await openSpace(team, workspaceId, space)
  const ids: string[] = []
  for (const document of space.documents) ids.push(await makeDocument(team, spaceId, null, document))
  if (space.name === undefined) await makeTour(team, spaceId, ids[0] ?? '')
  for (const room of space.rooms) {
    const roomId = await openRoom(team, spaceId, room)
    for (const [author, text] of room.messages) {
      await team[author].rpc('join_room', { room_id: roomId })
      await team[author].rpc('send_message', { id: randomUUID(), room_id: roomId, text })
    }
  }
}

async function openSpace({ ada, ...others }: Team, workspaceId: string, space: DemoSpace): Promise<string> {
  if (space.name === undefined) return first(await ada.read(`spaces?workspace_id=eq.${workspaceId}&select=id`))
  const id = randomUUID()
  await ada.rpc('create_space', { id, workspace_id: workspaceId, name: space.name, private: space.private ?? false })
  for (const member of space.members ?? []) {
    if (member !== 'ada') await ada.rpc('set_space_member', { space_id: id, user_id: others[member].id, role: 'editor' })
  }
  return id
}

async function openRoom({ ada }: Team, spaceId: string, room: DemoSpace['rooms'][number]): Promise<string> {
  if (room.name === undefined) return first(await ada.read(`rooms?space_id=eq.${spaceId}&select=id`))
  const id = randomUUID()
  await ada.rpc('create_room', { id, space_id: spaceId, name: room.name, topic: room.topic ?? '' })
  return id
}

async function makeDocument(team: Team, spaceId: string, parentId: string | null, document: DemoDocument): Promise<string> {
  const author = team[document.by]
  const id = randomUUID()
  await author.rpc('create_document', { id, space_id: spaceId, parent_id: parentId, title: document.title })
  await author.write(id, (content) => content.insert(0, document.content()))
  for (const child of document.children ?? []) await makeDocument(team, spaceId, id, child)
  return id
}

function first(rows: { id: string }[]): string {
  const [row] = rows
  if (!row) throw new Error('A new workspace has neither a space nor a room')
  return row.id
}
